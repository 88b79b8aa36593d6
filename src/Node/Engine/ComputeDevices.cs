using System.Collections.Immutable;

namespace Distributed.Node.Engine;

/// <summary>What a process can compute on, by libtorch's names.</summary>
/// <param name="list">Gives the names when they are first asked for.</param>
internal sealed class ComputeDevices(Func<IEnumerable<string>> list)
{
    /// <summary>The processor.</summary>
    public const string Cpu = "cpu";

    private const string Auto = "auto";
    private const string FirstGpu = "cuda:0";

    private readonly Lazy<ImmutableArray<string>> names = new(() => [.. list()]);

    /// <summary>This process's own.</summary>
    public static ComputeDevices OfThisProcess { get; } = new(TorchEngine.Devices);

    /// <summary><c>cpu</c>, then <c>cuda:0</c> and so on, or <c>mps</c>; empty: libtorch cannot be loaded.</summary>
    public ImmutableArray<string> Names => names.Value;

    /// <summary>The device that a run asks for; null: it is not here.</summary>
    /// <param name="asked">As in a run file; <c>auto</c> is the first GPU, or the processor where there is none.</param>
    public string? Find(string asked) => asked switch
    {
        Auto => Names.Contains(FirstGpu) ? FirstGpu : Cpu,
        _ => Names.Contains(asked) ? asked : null,
    };

    /// <summary>The names in a line.</summary>
    public override string ToString() => Names.IsEmpty ? "none" : string.Join(", ", Names);
}
