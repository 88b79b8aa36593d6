using System.CommandLine;
using System.Net;
using Distributed.Cli.Arguments;
using Distributed.Cli.Output;
using Distributed.Protocols.Identities;
using Distributed.Protocols.Tls;

namespace Distributed.Cli.Verbs;

/// <summary><c>dist provision</c>: certificates for those who have no authority of their own. What is there already stays, so nodes can be added later.</summary>
internal static class ProvisionVerb
{
    private const int MaximumDays = 3650;
    private const int AuthorityDays = MaximumDays;
    private const UnixFileMode Private = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    // Clocks of the machines differ.
    private static readonly TimeSpan Leeway = TimeSpan.FromHours(1);

    public static Command Create(Terminal terminal)
    {
        var output = new Option<string>("--out") { HelpName = "DIR", Description = "Folder of the PEM files; existing ones are never overwritten.", Required = true };
        var coordinator = Names("--coordinator", "HOST", "Host name or IP address that nodes reach the coordinator by. May be repeated.");
        var node = Names("--node", "NAME", "Node or operator to make a certificate for, [a-z0-9-]. May be repeated.");
        var days = Settings.Number(terminal, "--days", "DIST_TLS_DAYS", 365, "Days that the certificates are valid.", 1, MaximumDays);
        var command = new Command("provision", "Makes a CA and certificates for a coordinator and its nodes; run again with the same DIR, it adds to them.")
        {
            output, coordinator, node, days,
        };
        command.SetAction((parsed, cancellation) => Failures.GuardAsync(terminal, "text", () => Task.FromResult(Provision(
            terminal,
            Path.GetFullPath(parsed.GetRequiredValue(output)),
            parsed.GetValue(coordinator) ?? [],
            parsed.GetValue(node) ?? [],
            parsed.GetRequiredValue(days))), cancellation));
        return command;
    }

    private static int Provision(Terminal terminal, string folder, string[] coordinator, string[] nodes, int days)
    {
        var wrong = coordinator.Where(name => Uri.CheckHostName(name) == UriHostNameType.Unknown).Select(name => $"'{name}' is no host name or IP address")
            .Concat(nodes.Where(name => !EntityName.IsValid(name)).Select(name => $"'{name}' is no node name: [a-z0-9-], at most {EntityName.MaximumLength}"))
            .Concat(nodes.Where(name => name is "ca" or "coordinator").Select(name => $"'{name}' is the name of another file here; choose another node name"))
            .ToList();
        if (coordinator.Length + nodes.Length == 0)
        {
            wrong.Add("nothing to make: name the coordinator's host with --coordinator, nodes with --node");
        }

        if (wrong.Count > 0)
        {
            return Failures.Say(terminal, "text", ExitCode.Usage, "failed", "USAGE", string.Join("; ", wrong));
        }

        Directory.CreateDirectory(folder);
        var now = TimeProvider.System.GetUtcNow();
        using var authority = Authority(terminal, folder, now);
        var until = now.AddDays(days) < authority.Until ? now.AddDays(days) : authority.Until;
        if (coordinator.Length > 0)
        {
            Write(terminal, folder, "coordinator", () => authority.Issue(coordinator, now - Leeway, until));
        }

        foreach (var name in nodes.Distinct(StringComparer.Ordinal))
        {
            Write(terminal, folder, name, () => authority.Issue([name], now - Leeway, until));
        }

        Explain(terminal, folder, coordinator, nodes);
        return ExitCode.Done;
    }

    private static CertificateAuthority Authority(Terminal terminal, string folder, DateTimeOffset now)
    {
        var (certificate, key) = (Path.Combine(folder, "ca.pem"), Path.Combine(folder, "ca.key"));
        if (File.Exists(certificate))
        {
            return CertificateAuthority.Open(certificate, key);
        }

        var made = CertificateAuthority.Create("Distributed CA", now - Leeway, now.AddDays(AuthorityDays));
        Write(terminal, folder, "ca", () => made.Pem);
        return made;
    }

    private static void Write(Terminal terminal, string folder, string name, Func<PemPair> make)
    {
        var (certificate, key) = (Path.Combine(folder, name + ".pem"), Path.Combine(folder, name + ".key"));
        if (File.Exists(certificate) || File.Exists(key))
        {
            terminal.Error.WriteLine($"kept  {certificate}");
            return;
        }

        var pair = make();
        WriteNew(key, pair.Key, secret: true);
        WriteNew(certificate, pair.Certificate, secret: false);
        terminal.Out.WriteLine($"made  {certificate}  {key}");
    }

    private static void WriteNew(string path, string text, bool secret)
    {
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (secret && !OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = Private;
        }

        using var writer = new StreamWriter(path, options);
        writer.WriteLine(text);
    }

    private static void Explain(Terminal terminal, string folder, string[] coordinator, string[] nodes)
    {
        string File(string name) => Path.Combine(folder, name);
        if (coordinator is [var host, ..])
        {
            terminal.Error.WriteLine(
                $"next: ./dist coordinator --address {(IPAddress.TryParse(host, out _) ? host : "0.0.0.0")} --tls-certificate {File("coordinator.pem")} --tls-key {File("coordinator.key")} --tls-client-ca {File("ca.pem")}");
        }

        if (nodes is [var node, ..])
        {
            terminal.Error.WriteLine(
                $"next: ./dist node --coordinator https://{(coordinator is [var at, ..] ? at : "HOST")}:{Settings.DefaultPort} --tls-ca {File("ca.pem")} --tls-certificate {File(node + ".pem")} --tls-key {File(node + ".key")}");
        }

        terminal.Error.WriteLine($"A node needs ca.pem and its own two files. {File("ca.key")} signs new certificates: keep it away from the other machines.");
    }

    private static Option<string[]> Names(string name, string helpName, string description) => new(name)
    {
        HelpName = helpName,
        Description = description,
        DefaultValueFactory = _ => [],
    };
}
