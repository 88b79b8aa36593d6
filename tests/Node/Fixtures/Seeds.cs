namespace Distributed.Node.Tests.Fixtures;

/// <summary>A fresh seed for each run, printed by the test that fails; DISTRIBUTED_SEED repeats one.</summary>
internal static class Seeds
{
    public static int Next() =>
        int.TryParse(Environment.GetEnvironmentVariable("DISTRIBUTED_SEED"), out var seed) ? seed : Random.Shared.Next();
}
