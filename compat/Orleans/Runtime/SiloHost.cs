using Microsoft.Extensions.Hosting;

namespace Orleans.Runtime;

internal sealed record StartupTask(Func<IServiceProvider, CancellationToken, Task> Run, int Stage);

/// <summary>Starts and stops the silo with its host.</summary>
internal sealed class SiloHost(LocalSilo silo, IServiceProvider services, IEnumerable<StartupTask> startupTasks) : IHostedService
{
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        silo.Start();
        foreach (var task in startupTasks.OrderBy(x => x.Stage))
        {
            await task.Run(services, cancellationToken).ConfigureAwait(false);
        }
    }

    public Task StopAsync(CancellationToken cancellationToken) => silo.StopAsync(cancellationToken);
}
