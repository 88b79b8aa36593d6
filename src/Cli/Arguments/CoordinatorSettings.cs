using System.CommandLine;
using System.CommandLine.Parsing;
using Distributed.Cli.Output;
using Distributed.Cli.Remote;
using Distributed.Protocols.Tls;

namespace Distributed.Cli.Arguments;

/// <summary>Which coordinator a verb talks to, and with what certificates.</summary>
internal sealed class CoordinatorSettings(Terminal terminal)
{
    private readonly Option<Uri> url = Settings.Coordinator(terminal);
    private readonly Option<string> authorities = Settings.Text(
        terminal, "--tls-ca", "DIST_TLS_CA", "FILE", "PEM file of the CA that signed the coordinator's certificate. [env: DIST_TLS_CA; default: the system's CAs]", null);

    private readonly Option<string> certificate = Settings.Text(
        terminal, "--tls-certificate", "DIST_TLS_CERTIFICATE", "FILE", "PEM file of the own certificate, for a coordinator that asks for one. [env: DIST_TLS_CERTIFICATE]", null);

    private readonly Option<string> key = Settings.Text(
        terminal, "--tls-key", "DIST_TLS_KEY", "FILE", "PEM file of the certificate's private key. [env: DIST_TLS_KEY]", null);

    /// <summary>Adds the options to a verb, and the check of the files they name.</summary>
    /// <returns>The verb.</returns>
    public Command AddTo(Command command)
    {
        foreach (var option in new Option[] { url, authorities, certificate, key })
        {
            command.Options.Add(option);
        }

        command.Validators.Add(Check);
        return command;
    }

    /// <summary>The coordinator's address as people write it.</summary>
    public string Address(ParseResult parsed) => parsed.GetRequiredValue(url).GetLeftPart(UriPartial.Authority);

    /// <summary>The files; what should be changed about them is said.</summary>
    public TlsFiles Tls(ParseResult parsed)
    {
        var files = Settings.TlsFiles(parsed.GetValue(certificate), parsed.GetValue(key), parsed.GetValue(authorities));
        Settings.Warn(terminal, files);
        return files;
    }

    /// <summary>A client of the coordinator.</summary>
    public CoordinatorClient Connect(ParseResult parsed) => CoordinatorClient.At(parsed.GetRequiredValue(url), Tls(parsed));

    private void Check(CommandResult result)
    {
        var files = Settings.TlsFiles(
            Given(result, certificate, "DIST_TLS_CERTIFICATE"), Given(result, key, "DIST_TLS_KEY"), Given(result, authorities, "DIST_TLS_CA"));
        foreach (var problem in files.Problems(TimeProvider.System.GetUtcNow()))
        {
            result.AddError(problem);
        }

        var address = Given(result, url, "DIST_COORDINATOR");
        if (files.Any && address?.StartsWith("https:", StringComparison.OrdinalIgnoreCase) != true)
        {
            result.AddError($"--tls-ca, --tls-certificate and --tls-key are of use only with https://; the coordinator's address is {address ?? "not given"}");
        }
    }

    // By the words: a command is checked before what was left out has its default, and with values that cannot be read.
    private string? Given(CommandResult result, Option option, string variable) =>
        result.GetResult(option) is { Tokens: [var word, ..] } ? word.Value : terminal.Environment.GetValueOrDefault(variable);
}
