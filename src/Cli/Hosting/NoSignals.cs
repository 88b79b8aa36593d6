using Microsoft.Extensions.Hosting;

namespace Distributed.Cli.Hosting;

/// <summary>A host's lifetime that leaves signals to <c>Program</c>: one place decides what Ctrl-C means.</summary>
internal sealed class NoSignals : IHostLifetime
{
    /// <inheritdoc />
    public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc />
    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
