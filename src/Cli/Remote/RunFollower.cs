using Distributed.Cli.Artifacts;
using Distributed.Cli.Output;
using Distributed.Protocols.Refusals;
using Distributed.Protocols.Runs;
using Distributed.Protocols.Tls;
using Distributed.Protocols.V1;
using Grpc.Core;

namespace Distributed.Cli.Remote;

/// <summary>Follows a run to its end: shows each round, writes it down, and outlives a restart of the coordinator.</summary>
internal sealed class RunFollower(CoordinatorClient coordinator, IRunView view, RunFolder folder, TimeProvider time)
{
    /// <summary>How long an absent coordinator is waited for.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);

    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    /// <summary>What was seen so far; complete when the run has ended.</summary>
    public RunProgress Progress { get; private set; } = RunProgress.None;

    /// <summary>Follows until the run ends.</summary>
    /// <returns>The last status.</returns>
    /// <exception cref="RpcException">The coordinator refused, or stayed away longer than <see cref="Patience"/>.</exception>
    public async Task<RunStatus> FollowAsync(string runId, int rounds, CancellationToken cancellation)
    {
        long? lostAt = null;
        var noted = false;
        while (true)
        {
            try
            {
                var request = new FollowRequest { RunId = runId, FromRound = (uint)Progress.Rounds + 1 };
                using var call = coordinator.Runs.Follow(request, cancellationToken: cancellation);
                if (await ReadAsync(call.ResponseStream, rounds, () => (lostAt, noted) = (null, false), cancellation) is { } last)
                {
                    return last;
                }
            }
            catch (RpcException error) when (IsAbsence(error) && !cancellation.IsCancellationRequested)
            {
                lostAt ??= time.GetTimestamp();
                if (time.GetElapsedTime(lostAt.Value) > Patience)
                {
                    throw;
                }
            }

            catch (RpcException error) when (error.ToRefusal() is { Code: RefusalCode.RunUnknown } refusal)
            {
                // It took the run, so it is another one, or it was started on another folder.
                throw new Refusal(
                    refusal.Code,
                    $"The coordinator at {coordinator.Address} has lost run {runId}. {refusal.Message} Started again with --data and the folder that it had before, it goes on with the run.").ToRpcException();
            }

            if (!noted)
            {
                noted = true;
                view.Note($"the coordinator at {coordinator.Address} does not answer; trying again every second (Ctrl-C leaves, the run goes on)");
            }

            await Task.Delay(Pause, time, cancellation);
        }
    }

    // Null when the stream ended before the run did: the coordinator is going down.
    private async Task<RunStatus?> ReadAsync(IAsyncStreamReader<RunEvent> events, int rounds, Action alive, CancellationToken cancellation)
    {
        RunStatus? status = null;
        while (await events.MoveNext(cancellation))
        {
            alive();
            switch (events.Current.EventCase)
            {
                case RunEvent.EventOneofCase.RoundRecordJson:
                    var record = RoundRecord.Parse(events.Current.RoundRecordJson);
                    Progress = Progress.With(record);
                    folder.Add(record, events.Current.RoundRecordJson);
                    view.Round(record, rounds);
                    break;
                case RunEvent.EventOneofCase.PartitionJson:
                    folder.WritePartition(events.Current.PartitionJson);
                    break;
                case RunEvent.EventOneofCase.Status:
                    status = events.Current.Status;
                    view.Status(status);
                    break;
            }
        }

        return status is { State: "completed" or "failed" or "stopped" or "partial" } ? status : null;
    }

    private static bool IsAbsence(RpcException error) =>
        error.StatusCode == StatusCode.Unavailable && !TlsFailure.IsHandshake(error) && error.ToRefusal() is null or { Code: RefusalCode.Stopping };
}
