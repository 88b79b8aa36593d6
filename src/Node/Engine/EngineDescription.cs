using System.Collections.Immutable;

namespace Distributed.Node.Engine;

/// <summary>What a process computes with.</summary>
/// <param name="Version">libtorch's.</param>
/// <param name="Package">The package of the build, <c>cpu</c> or <c>cuda</c>; null: not known.</param>
/// <param name="IsPreparedCopy">Whether TorchSharp's library had to be prepared for an older libstdc++.</param>
/// <param name="Devices">"cpu", "cuda:0", ...</param>
/// <param name="Threads">Threads inside an operator.</param>
/// <param name="InteropThreads">Threads between operators.</param>
public sealed record EngineDescription(string Version, string? Package, bool IsPreparedCopy, ImmutableArray<string> Devices, int Threads, int InteropThreads);
