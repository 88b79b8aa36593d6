using Distributed.Collectives.Groups;
using Distributed.Collectives.InProcess;
using Distributed.Collectives.Tests.Groups;

namespace Distributed.Collectives.Tests.InProcess;

public sealed class InProcessGroupTests : GroupConformance
{
    protected override Task<IReadOnlyList<IProcessGroup>> CreateAsync(int size, TimeProvider? time = null) =>
        Task.FromResult<IReadOnlyList<IProcessGroup>>(InProcessGroup.Create(size, time));
}
