using Distributed.Architecture.Tests.Dependencies.Fixtures.Used;

namespace Distributed.Architecture.Tests.Dependencies.Fixtures.Caught;

internal static class Catches
{
    public static bool Succeeds(Action action)
    {
        try
        {
            action();
            return true;
        }
        catch (Fault)
        {
            return false;
        }
    }
}
