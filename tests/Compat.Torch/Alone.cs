using Xunit;

namespace Distributed.Compat.Torch.Tests;

/// <summary>
/// Tests that share the process's random stream, thread count or memory with nobody: they run one after the other, without the others.
/// </summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class Alone
{
    public const string Name = "alone";
}
