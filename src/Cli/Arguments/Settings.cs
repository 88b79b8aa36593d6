using System.CommandLine;
using Distributed.Cli.Output;
using Distributed.Protocols.Tls;

namespace Distributed.Cli.Arguments;

/// <summary>Options that several verbs share, each with its environment variable and default.</summary>
internal static class Settings
{
    /// <summary>Where a coordinator listens and is looked for unless something else is said.</summary>
    public const int DefaultPort = 7400;

    /// <summary>A run file.</summary>
    public static Argument<string> File() => new("FILE") { Description = "Run file (YAML)." };

    /// <summary>Single values laid over a run file.</summary>
    public static Option<string[]> Set() => new("--set")
    {
        HelpName = "KEY=VALUE",
        Description = "Sets one value of the run file, e.g. --set training.epochs=2. May be repeated; wins over the file and the environment.",
        DefaultValueFactory = _ => [],
    };

    /// <summary>Text for people or JSON for programs.</summary>
    public static Option<string> Format()
    {
        var option = new Option<string>("--format")
        {
            HelpName = "text|json",
            Description = "json: the last line of standard output is one JSON object; progress goes to standard error.",
            DefaultValueFactory = _ => "text",
        };
        return option.AcceptOnlyFromAmong("text", "json");
    }

    /// <summary>Where a run's files go.</summary>
    public static Option<string> Out() => new("--out")
    {
        HelpName = "DIR",
        Description = "Folder for the run's own folder of files.",
        DefaultValueFactory = _ => "runs",
    };

    /// <summary>The coordinator to talk to.</summary>
    public static Option<Uri> Coordinator(Terminal terminal) => new("--coordinator")
    {
        HelpName = "URL",
        Description = "Address of the coordinator. [env: DIST_COORDINATOR]",
        DefaultValueFactory = result => ToUrl(terminal.Environment.GetValueOrDefault("DIST_COORDINATOR") ?? $"http://127.0.0.1:{DefaultPort}", result.AddError),
        CustomParser = result => ToUrl(result.Tokens.Single().Value, result.AddError),
    };

    /// <summary>A whole number with an environment variable behind it.</summary>
    public static Option<int> Number(Terminal terminal, string name, string variable, int fallback, string description, int least = 1, int most = 1024)
    {
        int Read(string text, Action<string> complain)
        {
            if (int.TryParse(text, out var number) && number >= least && number <= most)
            {
                return number;
            }

            complain($"{name} must be a whole number from {least} to {most}, got '{text}'.");
            return fallback;
        }

        return new(name)
        {
            HelpName = "N",
            Description = $"{description} [env: {variable}]",
            DefaultValueFactory = result => terminal.Environment.GetValueOrDefault(variable) is { } text ? Read(text, result.AddError) : fallback,
            CustomParser = result => Read(result.Tokens.Single().Value, result.AddError),
        };
    }

    /// <summary>A port that is not opened unless one is given.</summary>
    public static Option<int?> Port(Terminal terminal, string name, string variable, string description)
    {
        int? Read(string text, Action<string> complain)
        {
            if (ushort.TryParse(text, out var port))
            {
                return port;
            }

            complain($"{name} must be a whole number from 0 to 65535, got '{text}'.");
            return null;
        }

        return new(name)
        {
            HelpName = "N",
            Description = $"{description} [env: {variable}; default: none]",
            DefaultValueFactory = result => terminal.Environment.GetValueOrDefault(variable) is { Length: > 0 } text ? Read(text, result.AddError) : null,
            CustomParser = result => Read(result.Tokens.Single().Value, result.AddError),
        };
    }

    /// <summary>A text with an environment variable behind it.</summary>
    public static Option<string> Text(Terminal terminal, string name, string variable, string helpName, string description, string? fallback) => new(name)
    {
        HelpName = helpName,
        Description = description,
        DefaultValueFactory = _ => terminal.Environment.GetValueOrDefault(variable) ?? fallback ?? "",
    };

    /// <summary>A coordinator's folder.</summary>
    public static Option<string> Data(Terminal terminal) => Text(
        terminal, "--data", "DIST_DATA", "DIR", "The coordinator's folder: everything that survives the process. [env: DIST_DATA]", "dist-data");

    /// <summary>Named PEM files; an empty name is none.</summary>
    public static TlsFiles TlsFiles(string? certificate, string? key, string? authorities) => new()
    {
        Certificate = certificate is { Length: > 0 } ? certificate : null,
        Key = key is { Length: > 0 } ? key : null,
        Authorities = authorities is { Length: > 0 } ? authorities : null,
    };

    /// <summary>Says what should be changed about PEM files.</summary>
    public static void Warn(Terminal terminal, TlsFiles files)
    {
        foreach (var warning in files.Warnings())
        {
            terminal.Complain($"warning: {warning}");
        }
    }

    /// <summary>More log lines.</summary>
    public static Option<bool> Verbose() => new("--verbose") { Description = "Logs every step." };

    private static Uri ToUrl(string text, Action<string> complain)
    {
        // host:7400 is an address too, and .NET takes what stands before the colon for a scheme.
        var whole = text.Contains("://", StringComparison.Ordinal);
        if (Uri.TryCreate(whole ? text : "http://" + text, UriKind.Absolute, out var url) && url.Scheme is "http" or "https" && url.Host.Length > 0 && (whole || !url.IsDefaultPort))
        {
            return url;
        }

        complain($"'{text}' is not the address of a coordinator; expected something like http://192.0.2.7:{DefaultPort}, or https:// for one with TLS.");
        return new Uri($"http://127.0.0.1:{DefaultPort}");
    }
}
