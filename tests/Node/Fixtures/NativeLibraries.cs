using System.Runtime.CompilerServices;
using Distributed.Node.Engine;

namespace Distributed.Node.Tests.Fixtures;

/// <summary>Tests that begin with TorchSharp itself find its libraries as the product does.</summary>
internal static class NativeLibraries
{
    [ModuleInitializer]
    internal static void Find() => RuntimeHelpers.RunModuleConstructor(typeof(LibTorch).Module.ModuleHandle);
}
