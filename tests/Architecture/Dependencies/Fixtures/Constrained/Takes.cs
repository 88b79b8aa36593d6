using Distributed.Architecture.Tests.Dependencies.Fixtures.Used;

namespace Distributed.Architecture.Tests.Dependencies.Fixtures.Constrained;

internal static class Takes
{
    public static bool Any<T>()
        where T : IPart
        => false;
}
