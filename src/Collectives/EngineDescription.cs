using System.Collections.Immutable;

namespace Distributed.Collectives;

/// <summary>What a process computes with.</summary>
/// <param name="Engine">The engine's name: "libtorch through native/", "TorchSharp".</param>
/// <param name="Version">The version of libtorch.</param>
/// <param name="Blas">The BLAS that libtorch really calls, as it names itself.</param>
/// <param name="ReferenceBlas">Whether that is the reference BLAS, ten times slower than OpenBLAS.</param>
/// <param name="Devices">"cpu", "cuda:0", ...</param>
/// <param name="Threads">Threads inside an operator.</param>
/// <param name="InteropThreads">Threads between operators.</param>
/// <param name="Details">Everything else that is known, by name.</param>
public sealed record EngineDescription(
    string Engine,
    string Version,
    string Blas,
    bool ReferenceBlas,
    ImmutableArray<string> Devices,
    int Threads,
    int InteropThreads,
    ImmutableSortedDictionary<string, string> Details);
