namespace Distributed.Collectives.Tests;

internal static class Program
{
    private static Task Main(string[] args) => Support.Worker.RunAsync(args);
}
