namespace Distributed.Coordinator.Tests.Support;

/// <summary>Tests that measure the whole process (memory, sockets): they run after the others, one at a time, or they would measure those too.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class WholeProcess
{
    public const string Name = "whole process";
}
