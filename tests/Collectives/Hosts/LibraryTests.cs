using Distributed.Collectives.Tests.Support;

namespace Distributed.Collectives.Tests.Hosts;

public sealed class LibraryTests
{
    [Fact]
    public async Task Library_ThatIsMissing_EveryRankIsToldTheCommandThatInstallsIt()
    {
        WorkerProcess[] workers = [.. Enumerable.Range(0, 2).Select(rank => new WorkerProcess("-", rank, 2, 60, ($"host {rank}", "127.0.0.1"), gloo: "/nowhere.so"))];
        var hosts = await Task.WhenAll(workers.Select(worker => worker.Line()));
        foreach (var worker in workers) worker.Tell(string.Join('\n', hosts));

        foreach (var worker in workers)
        {
            var reason = await worker.Line();
            Assert.StartsWith("LibraryMissing", reason, StringComparison.Ordinal);
            Assert.Contains("sudo apt-get install libgloo-dev", reason, StringComparison.Ordinal);
            worker.Dispose();
        }
    }
}
