using Distributed.Node.Connection;
using Distributed.Node.Engine;
using Distributed.Node.Training;
using Distributed.Node.Upload;
using Distributed.Protocols.V1;
using Microsoft.Extensions.Logging;

namespace Distributed.Node.Session;

/// <summary>The runs that this node has been told of. Announced again after a reconnection, a run that is loaded stays loaded.</summary>
internal sealed partial class RunDirectory(
    NodeOptions options, ComputeDevices devices, NodePlugins plugins, WorkerPool workers, ModelDownloads downloads, ILogger logger) : IDisposable
{
    private readonly Lock gate = new();
    private readonly Dictionary<string, Known> runs = new(StringComparer.Ordinal);

    /// <summary>Loads a run and says whether this node can take part.</summary>
    public async Task<NodeMessage> AnnounceAsync(RunAnnounced announced)
    {
        Known known;
        lock (gate)
        {
            if (!runs.TryGetValue(announced.RunId, out known!) || known.SpecJson != announced.SpecJson)
            {
                runs[announced.RunId] = known = new Known(announced.SpecJson, Task.Run(() => Load(announced)));
            }
        }

        var (run, problems) = await known.Loading;
        if (run is null)
        {
            var rejected = new RunRejected { RunId = announced.RunId };
            rejected.Problems.Add(problems);
            return new NodeMessage { RunRejected = rejected };
        }

        var accepted = new RunAccepted
        {
            RunId = announced.RunId,
            TestExamples = (ulong)run.Workload.TestExamples,
            ProxyExamples = (ulong)run.Workload.ProxyExamples,
            Engine = run.Workload.Engine,
        };
        accepted.ClientExamples.Add(run.ClientExamples(options.Clients));
        accepted.ClassCounts = run.ClassCounts(options.Clients);
        return new NodeMessage { RunAccepted = accepted };
    }

    /// <summary>A run that was announced and could be loaded; null otherwise.</summary>
    public async Task<NodeRun?> FindAsync(string id)
    {
        Known? known;
        lock (gate)
        {
            runs.TryGetValue(id, out known);
        }

        return known is null ? null : (await known.Loading).Run;
    }

    /// <summary>Lets go of a run once nothing works on it.</summary>
    public async Task EndAsync(string id, Task idle)
    {
        Known? known;
        lock (gate)
        {
            runs.Remove(id, out known);
        }

        await idle;
        if (known is not null && (await known.Loading).Run is { } run)
        {
            workers.Forget(run.Workload);
            run.Dispose();
        }
    }

    public void Dispose()
    {
        lock (gate)
        {
            foreach (var known in runs.Values.Where(known => known.Loading.IsCompletedSuccessfully))
            {
                known.Loading.Result.Run?.Dispose();
            }

            runs.Clear();
        }
    }

    private (NodeRun? Run, IReadOnlyList<string> Problems) Load(RunAnnounced announced)
    {
        var problems = new List<string>();
        try
        {
            var run = NodeRun.Prepare(announced.RunId, announced.SpecJson, options, devices, plugins, downloads.Fetch, problems);
            if (run is not null)
            {
                LogLoaded(announced.RunId, run.Spec.Name, run.Workload.ClientExamples.Sum(examples => (long)examples), run.Workload.TestExamples);
                foreach (var remark in run.Workload.Remarks)
                {
                    LogRemark(announced.RunId, remark);
                }

                return (run, problems);
            }
        }
        catch (Exception error)
        {
            // A user's own task may throw anything, and a missing libtorch shows here first: the run is rejected, the node stays.
            problems.Add($"{error.GetType().Name}: {error.Message}");
        }

        foreach (var problem in problems)
        {
            LogRejected(announced.RunId, problem);
        }

        return (null, problems);
    }

    private sealed record Known(string SpecJson, Task<(NodeRun? Run, IReadOnlyList<string> Problems)> Loading);
}

/// <summary>How runs fetch model versions, and clients' own buffers.</summary>
internal sealed class ModelDownloads(TransferClient client, Connectivity connectivity)
{
    public Task<ModelFile> Fetch(NodeRun run, long version, Protocols.Identities.ContentHash hash, CancellationToken cancellation) =>
        new ModelDownloader(client, connectivity, run.Memory).DownloadAsync(run.Id, version, hash, cancellation);

    // Not from the run's memory: that is for buffers of a model's size.
    public Task<ModelFile> FetchBuffers(NodeRun run, long version, uint clientId, CancellationToken cancellation) =>
        new ModelDownloader(client, connectivity, new ModelMemory()).DownloadBuffersAsync(run.Id, version, clientId, cancellation);
}
