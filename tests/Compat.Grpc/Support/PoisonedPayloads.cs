using System.Runtime.CompilerServices;

namespace Distributed.Compat.Grpc.Tests.Support;

internal static class PoisonedPayloads
{
    // Overwrites each received payload when its deserializer returns: all tests run so. Means nothing to the real packages.
    [ModuleInitializer]
    internal static void Enable() => AppContext.SetSwitch("Distributed.Compat.Grpc.PoisonPayloads", true);
}
