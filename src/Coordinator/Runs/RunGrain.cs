using System.Collections.Concurrent;
using System.Collections.Immutable;
using Distributed.Algorithms.Tensors;
using Distributed.Coordinator.Membership;
using Distributed.Coordinator.Rounds;
using Distributed.Coordinator.Storage;
using Distributed.Protocols.Identities;
using Distributed.Protocols.Refusals;
using Distributed.Protocols.Runs;
using Microsoft.Extensions.Logging;
using Orleans;
using Orleans.Runtime;

namespace Distributed.Coordinator.Runs;

/// <summary>
/// The shell around <see cref="RoundMachine"/>: events in, effects out. What takes long (folding, the disk, other grains) runs outside the turn and
/// leaves its event in the mailbox.
/// </summary>
internal sealed partial class RunGrain(
    [PersistentState("run")] IPersistentState<RunGrainState> stored,
    RunServices services,
    ILogger<RunGrain> logger) : Grain, IRunGrain
{
    private readonly ConcurrentQueue<RoundEvent> mailbox = new();
    private readonly Dictionary<string, INodeConnection> connections = new(StringComparer.Ordinal);
    private readonly Dictionary<RoundTimer, IGrainTimer> timers = [];
    private string runId = "";
    private RunSpec? spec;
    private string specJson = "";
    private RoundState state = null!;
    private TensorManifest? reference;
    private RunRounds rounds = null!;
    private Task background = Task.CompletedTask;
    private CheckpointWriter? writer;

    private RunFolder Folder => services.Feeds.Folder(runId);

    private long Now => (long)services.Time.GetElapsedTime(0).TotalMilliseconds;

    /// <inheritdoc />
    public override async Task OnActivateAsync(CancellationToken cancellationToken)
    {
        runId = this.GetPrimaryKeyString();

        // The folder's copy is written first: a run exists when its specification does.
        if (Folder.ReadSpec() is { } json)
        {
            var written = stored.State;
            await Task.Run(() => TakeUp(json, written), cancellationToken);
        }
    }

    /// <inheritdoc />
    public async Task<SubmitAnswer> Submit(string specJson)
    {
        if (spec is not null)
        {
            return this.specJson == specJson
                ? new SubmitAnswer("", "")
                : Refused(RefusalCode.RunConflict, "A run with this id and another specification exists.");
        }

        var written = stored.State;
        await Task.Run(() =>
        {
            Folder.WriteSpec(specJson);
            TakeUp(specJson, written);
        });
        LogSubmitted(runId, spec!.Name, spec.Rounds, spec.Data.Clients);
        await Handle(new RoundEvent.Started(Now));
        AnnounceToDirectory();
        return new SubmitAnswer("", "");
    }

    /// <inheritdoc />
    public async Task Resume()
    {
        if (spec is not null && state.Phase != RunPhase.Ended)
        {
            LogResumed(runId, state.Round, state.Version, state.Admitted);
            await Handle(new RoundEvent.Started(Now));
            AnnounceToDirectory();
        }
        else if (spec is not null && !Folder.HasSummary)
        {
            // Killed between the last write of the state and the summary.
            Perform(new RoundEffect.EndRun(state.Outcome, state.Reason));
        }
    }

    /// <inheritdoc />
    public Task<RunReport?> GetStatus() => Task.FromResult(spec is null ? null : Report());

    /// <inheritdoc />
    public async Task<RunReport?> Stop()
    {
        if (spec is null)
        {
            return null;
        }

        await Handle(new RoundEvent.StopRequested(Now));
        return Report();
    }

    /// <inheritdoc />
    public async Task<SubmitAnswer> Reopen()
    {
        if (spec is null)
        {
            return Refused(RefusalCode.RunUnknown, "No run has this id.");
        }

        if (state.Phase != RunPhase.Ended)
        {
            return new SubmitAnswer("", "");
        }

        if (state.Outcome is not ("failed" or "stopped"))
        {
            return Refused(RefusalCode.RunOver, $"The run is {state.Outcome}: all of its {spec.Rounds} rounds are done. Submit a new one.");
        }

        if (!background.IsCompleted)
        {
            return Refused(RefusalCode.RunOver, "The run is ending: its result is being written. Ask again in a moment.");
        }

        // Killed in between, the run has ended as before: its state says so, and the summary is written again.
        Folder.RemoveSummary();
        var resumed = RoundMachine.Resumed(stored.State, state.LastRecord?.Round ?? 0);
        await Task.Run(() => TakeUp(specJson, resumed));
        LogReopened(runId, state.Round, state.Version);
        await Persist();
        await Handle(new RoundEvent.Started(Now));
        AnnounceToDirectory();
        return new SubmitAnswer("", "");
    }

    /// <inheritdoc />
    public Task NodeJoined(NodeDescription node, ImmutableArray<NodeTaskKey> holding, INodeConnection connection)
    {
        if (spec is null)
        {
            return Task.CompletedTask;
        }

        connections[node.Name] = connection;
        return Handle(new RoundEvent.NodeJoined(Now, node.Name, node.Session, node.Slots, node.Clients, [.. holding.Select(TaskOf)]));
    }

    /// <inheritdoc />
    public async Task NodeLeft(string node, long session, string reason)
    {
        await HandleIfRun(now => new RoundEvent.NodeLeft(now, node, session, reason));
        if (spec is not null && !state.Nodes.ContainsKey(node))
        {
            connections.Remove(node);
        }
    }

    /// <inheritdoc />
    public Task NodeAccepted(string node, ImmutableArray<long> clientExamples, long testExamples, long proxyExamples) =>
        HandleIfRun(now => new RoundEvent.NodeAccepted(now, node, clientExamples, testExamples, proxyExamples));

    /// <inheritdoc />
    public Task NodeRejected(string node, ImmutableArray<string> problems)
    {
        LogRejected(runId, node, string.Join("; ", problems));
        return HandleIfRun(now => new RoundEvent.NodeRejected(now, node, problems));
    }

    /// <inheritdoc />
    public async Task<AdmitAnswer> Admit(AdmittedUpdate update)
    {
        if (spec is null || !ContentHash.TryParse(update.Hash, out var hash))
        {
            return AnswerOf(new RoundEffect.Answer(false, new(RefusalCode.RunUnknown, "No run has this id.")));
        }

        var answer = await Handle(new RoundEvent.UpdateArrived(Now, new SpooledUpdate(
            new UpdateId(runId, update.Round, update.Client, update.BaseVersion), hash, update.SizeBytes, update.Node,
            update.Weight, update.Examples, update.TrainLoss, update.TrainSeconds)
        {
            Metrics = update.Metrics,
            Delegated = update.Delegated,
        }));
        return AnswerOf(answer!);
    }

    /// <inheritdoc />
    public Task UploadBegun(int round, int client, string node) => HandleIfRun(now => new RoundEvent.UploadBegun(now, round, client, node));

    /// <inheritdoc />
    public Task UploadRefused(int round, int client, string node, string code, string detail)
    {
        LogUploadRefused(runId, round, client, node, code, detail);
        return HandleIfRun(now => new RoundEvent.UploadRefused(now, round, client, node, code, detail));
    }

    /// <inheritdoc />
    public Task UpdateDamaged(int round, int client, string reason)
    {
        LogDamaged(runId, reason);
        return HandleIfRun(now => new RoundEvent.AggregationFailed(now, round, reason, [client]));
    }

    /// <inheritdoc />
    public Task ShardEvaluated(string node, NodeTaskKey task, long examples, double lossSum, long correct, ImmutableArray<DomainFigures> domains)
    {
        var sums = domains.Select(domain => new DomainSum(domain.Name, domain.Tokens, domain.Bytes, domain.LossSum));
        return HandleIfRun(now => new RoundEvent.ShardEvaluated(now, node, TaskOf(task), new ShardResult(examples, lossSum, correct) { Domains = [.. sums] }));
    }

    /// <inheritdoc />
    public Task TaskFailed(string node, NodeTaskKey task, string code, string detail)
    {
        LogTaskFailed(runId, task.Round, task.Index, node, code, detail);
        return HandleIfRun(now => new RoundEvent.TaskFailed(now, node, TaskOf(task), code, detail));
    }

    /// <inheritdoc />
    public async Task Wake()
    {
        while (mailbox.TryDequeue(out var happened))
        {
            await Handle(happened);
        }
    }

    // What is on disk is the truth: manifests, spool, lines, and the state that Orleans has read.
    private void TakeUp(string json, RunGrainState written)
    {
        var problems = new List<SpecProblem>();
        spec = RunSpecJson.Parse(json, problems)
            ?? throw new InvalidDataException($"run.json of run {runId} cannot be read: {string.Join("; ", problems)}");
        specJson = json;
        rounds = new RunRounds(runId, spec, services);
        var latest = services.Checkpoints.Latest(runId);
        state = RoundMachine.Recover(RunSetup.Of(runId, spec), new RunRecoveryFacts
        {
            Now = services.Time.GetUtcNow(),
            Latest = latest,
            Spooled = Scan,
            State = written.SpecJson.Length == 0 ? null : written,
            Emitted = Folder.ReadRounds(),
            WithBuffers = latest is null ? [] : ClientBuffers.Clients(Folder, latest.Version),
        });
        rounds.Resume(written.StartedUnixMilliseconds, written.EndedUnixMilliseconds);
        if (latest is not null && state.Phase != RunPhase.Ended)
        {
            ReadReference(latest.Version);
        }

        services.Open.Publish(state, reference);
        services.Feeds.Feed(runId).Report(Report(), final: state.Phase == RunPhase.Ended && Folder.HasSummary);
    }

    private IReadOnlyList<SpooledUpdate> Scan(int round)
    {
        var damaged = new List<Refusal>();
        var found = services.Spool.Scan(runId, round, damaged);
        damaged.ForEach(refusal => LogDamaged(runId, refusal.Message));
        return found;
    }

    private void ReadReference(long version)
    {
        using var reader = services.Checkpoints.OpenReader(runId, version).TryGet(out var opened, out var refusal)
            ? opened
            : throw new StorageException(refusal);
        reference = reader.Header.Manifest;
    }

    // Not awaited: the directory calls this grain, and must not find it waiting.
    private void AnnounceToDirectory() => Background(() => services.Grains.GetGrain<IDirectoryGrain>(0).RunStarted(runId));

    private Task HandleIfRun(Func<long, RoundEvent> happened) => spec is null ? Task.CompletedTask : Handle(happened(Now));

    private static TaskRef TaskOf(NodeTaskKey key) => new((TaskKind)key.Kind, key.Round, key.Index);

    private static SubmitAnswer Refused(RefusalCode code, string detail) => new(RefusalCodes.WireName(code), detail);

    private static AdmitAnswer AnswerOf(RoundEffect.Answer answer) =>
        new(answer.Counted, answer.Refusal is { } refusal ? RefusalCodes.WireName(refusal.Code) : "", answer.Refusal?.Message ?? "");

    private RunReport Report() => rounds.Report(state, RoundMachine.Describe(state, Now));
}
