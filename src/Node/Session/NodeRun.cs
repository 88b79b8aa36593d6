using Distributed.Node.Connection;
using Distributed.Node.Engine;
using Distributed.Node.Training;
using Distributed.Node.Upload;
using Distributed.Protocols.Identities;
using Distributed.Protocols.Refusals;
using Distributed.Protocols.Runs;
using Distributed.Protocols.V1;

namespace Distributed.Node.Session;

/// <summary>A run that this node has been told of: its data in memory, the model versions in use, its buffers.</summary>
internal sealed class NodeRun : IDisposable
{
    private NodeRun(string id, RunSpec spec, IWorkload workload, Func<NodeRun, long, ContentHash, CancellationToken, Task<ModelFile>> download)
    {
        (Id, Spec, Workload) = (id, spec, workload);
        Models = new ModelCache(Memory, (version, hash, cancellation) => download(this, version, hash, cancellation));
    }

    public string Id { get; }

    public RunSpec Spec { get; }

    public IWorkload Workload { get; }

    public ModelMemory Memory { get; } = new();

    public ModelCache Models { get; }

    /// <summary>Reads a specification and loads what it needs; takes as long as the data is large.</summary>
    /// <param name="id">The run's id.</param>
    /// <param name="specJson">The specification as it came.</param>
    /// <param name="options">The node's own settings.</param>
    /// <param name="devices">What it can compute on.</param>
    /// <param name="plugins">The user's own tasks.</param>
    /// <param name="download">Fetches a model version.</param>
    /// <param name="problems">Receives everything that is wrong.</param>
    /// <returns>The run, or null when there is a problem.</returns>
    public static NodeRun? Prepare(
        string id,
        string specJson,
        NodeOptions options,
        ComputeDevices devices,
        NodePlugins plugins,
        Func<NodeRun, long, ContentHash, CancellationToken, Task<ModelFile>> download,
        ICollection<string> problems)
    {
        var mistakes = new List<SpecProblem>();
        var spec = RunSpecJson.Parse(specJson, mistakes);
        if (spec is null)
        {
            foreach (var mistake in mistakes)
            {
                problems.Add(mistake.ToString());
            }

            return null;
        }

        if (options.DataPath is { } path)
        {
            spec = spec with { Data = spec.Data with { Path = path } };
        }

        if (options.ProxyPath is { } proxy && spec.Proxy is { From: ProxyOrigin.Own })
        {
            spec = spec with { Proxy = spec.Proxy with { Path = proxy } };
        }

        if (devices.Find(spec.Device) is not { } device)
        {
            problems.Add(new Refusal(RefusalCode.DeviceMissing, $"Node {options.Name} has no device {spec.Device}; it has {devices}.").ToString());
            return null;
        }

        return Workloads.Create(spec, plugins, problems, device) is { } workload ? new NodeRun(id, spec, workload, download) : null;
    }

    /// <summary>Examples by client id, 0 for those that this node cannot run.</summary>
    public IEnumerable<ulong> ClientExamples(IReadOnlyCollection<int> own) =>
        Workload.ClientExamples.Select((examples, client) => IsHere(own, client) ? (ulong)examples : 0);

    /// <summary>The examples' classes, counted for the clients that this node can run; null where there are no classes.</summary>
    public ClassCounts? ClassCounts(IReadOnlyCollection<int> own)
    {
        if (Workload.Histogram is not { } histogram)
        {
            return null;
        }

        var told = new ClassCounts { Classes = (uint)histogram.Classes };
        told.Counts.Add(histogram.Counts?.SelectMany((row, client) => row.Select(count => IsHere(own, client) ? (ulong)count : 0)) ?? []);
        return told;
    }

    public void Dispose()
    {
        Models.Dispose();
        Workload.Dispose();
    }

    private static bool IsHere(IReadOnlyCollection<int> own, int client) => own.Count == 0 || own.Contains(client);
}
