using System.Collections.Immutable;
using Distributed.Protocols.Identities;
using Distributed.Protocols.Tls;
using Distributed.Protocols.Transfers;

namespace Distributed.Node.Connection;

/// <summary>Settings of a node.</summary>
public sealed record NodeOptions
{
    /// <summary>Prefix of an address that is a Unix socket's path.</summary>
    public const string UnixPrefix = "unix:";

    /// <summary>Where the coordinator is: <c>http://host:port</c>, <c>https://host:port</c> or <c>unix:/path</c>.</summary>
    /// <value>Required.</value>
    public required string Coordinator { get; init; }

    /// <summary>Name of the node, <c>[a-z0-9-]{1,63}</c>, unique among the nodes of a coordinator.</summary>
    /// <value>Required.</value>
    public required string Name { get; init; }

    /// <summary>Whom an <c>https</c> coordinator must be vouched for by, and who this node is. Read again for each new connection.</summary>
    /// <value>The system's authorities, and no certificate.</value>
    public TlsFiles Tls { get; init; } = TlsFiles.None;

    /// <summary>Tasks worked on at the same time; each has its own thread and model.</summary>
    /// <value>1; 1 to 1024.</value>
    public int Workers { get; init; } = 1;

    /// <summary>Intra-op threads of a worker.</summary>
    /// <value>1; 1 to 1024.</value>
    public int Threads { get; init; } = 1;

    /// <summary>Clients whose data only this node has.</summary>
    /// <value>Empty: it can run any client.</value>
    public ImmutableArray<int> Clients { get; init; } = [];

    /// <summary>Folder of the data files on this machine, instead of the run's <c>data.path</c>.</summary>
    /// <value>None.</value>
    public string? DataPath { get; init; }

    /// <summary>Folder of a proxy set of its own on this machine, for runs with <c>proxy.from: own</c>, instead of the run's <c>proxy.path</c>.</summary>
    /// <value>None.</value>
    public string? ProxyPath { get; init; }

    /// <summary>Whether finished spans go to the coordinator, which keeps a round's trace in one file. Off where both are one process.</summary>
    /// <value>false.</value>
    public bool SendSpans { get; init; }

    /// <summary>Bytes in a chunk of an upload.</summary>
    /// <value>512 KB; 64 KB to 1 MB.</value>
    public int ChunkBytes { get; init; } = TransferSizes.DefaultChunkBytes;

    /// <summary>Delay after the first failed attempt to connect; doubles from there.</summary>
    /// <value>100 ms.</value>
    public TimeSpan MinimumBackoff { get; init; } = TimeSpan.FromMilliseconds(100);

    /// <summary>How long a node waits for its name while the coordinator says that another node has it: much longer than a coordinator needs to notice that one is dead.</summary>
    /// <value>30 s.</value>
    public TimeSpan NamePatience { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Longest delay between attempts to connect.</summary>
    /// <value>5 s.</value>
    public TimeSpan MaximumBackoff { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Everything that is wrong with these settings; empty when they can be used.</summary>
    /// <param name="time">The clock that certificates are held against; null: the system's.</param>
    public IReadOnlyList<string> Problems(TimeProvider? time = null)
    {
        var problems = new List<string>(Tls.Problems((time ?? TimeProvider.System).GetUtcNow()));
        var unix = Coordinator.StartsWith(UnixPrefix, StringComparison.Ordinal) && Coordinator.Length > UnixPrefix.Length;
        var url = Uri.TryCreate(Coordinator, UriKind.Absolute, out var uri) && uri.Scheme is "http" or "https";
        Require(unix || url, "the coordinator's address must be http://host:port, https://host:port or unix:/path");
        Require(!Tls.Any || (url && uri!.Scheme == "https"), "certificates are of use only with a coordinator at https://host:port");
        Require(EntityName.IsValid(Name), $"the name must be 1 to {EntityName.MaximumLength} characters of a-z, 0-9 and '-'");
        Require(Workers is >= 1 and <= 1024, "workers must be from 1 to 1024");
        Require(Threads is >= 1 and <= 1024, "threads must be from 1 to 1024");
        Require(Clients.All(client => client >= 0), "client ids start at 0");
        Require(ChunkBytes is >= TransferSizes.MinimumChunkBytes and <= TransferSizes.MaximumChunkBytes, "chunks must be from 64 KB to 1 MB");
        Require(MinimumBackoff > TimeSpan.Zero && MaximumBackoff >= MinimumBackoff, "back-off must be positive, its maximum not below its minimum");
        return problems;

        void Require(bool holds, string problem)
        {
            if (!holds)
            {
                problems.Add(problem);
            }
        }
    }
}
