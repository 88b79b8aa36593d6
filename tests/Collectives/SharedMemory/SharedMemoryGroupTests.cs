using Distributed.Collectives.Groups;
using Distributed.Collectives.SharedMemory;
using Distributed.Collectives.Tests.Groups;

namespace Distributed.Collectives.Tests.SharedMemory;

public sealed class SharedMemoryGroupTests : GroupConformance
{
    protected override async Task<IReadOnlyList<IProcessGroup>> CreateAsync(int size, TimeProvider? time = null)
    {
        var name = $"test-{Guid.NewGuid():N}";
        return await Task.WhenAll(Enumerable.Range(0, size).Select(rank => SharedMemoryGroup.JoinAsync(name, rank, size, TimeSpan.FromMinutes(1), time)));
    }
}
