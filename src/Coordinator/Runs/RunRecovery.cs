using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Orleans;

namespace Distributed.Coordinator.Runs;

/// <summary>Takes up every unfinished run at the start, before the port opens: nodes that come back find their runs.</summary>
internal sealed partial class RunRecovery(RunFeeds feeds, IGrainFactory grains, ILogger<RunRecovery> logger) : IHostedService
{
    /// <inheritdoc />
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        foreach (var run in feeds.RunIds().Where(run => !feeds.Folder(run).HasSummary))
        {
            try
            {
                await grains.GetGrain<IRunGrain>(run).Resume();
            }
            catch (Exception error)
            {
                // One damaged run does not keep the others, and new ones, from running.
                LogNotResumed(error, run);
            }
        }
    }

    /// <inheritdoc />
    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    [LoggerMessage(2401, LogLevel.Error, "Run {Run} cannot be taken up")]
    private partial void LogNotResumed(Exception error, string run);
}
