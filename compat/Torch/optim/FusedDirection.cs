using TorchSharp.Native;

namespace TorchSharp.Modules;

/// <summary>
/// The direction of a step: the gradients themselves, or new lists made from them. The parameters' own gradients are never changed.
/// </summary>
internal sealed class FusedDirection(FusedGroup group) : IDisposable
{
    private readonly HandleList _made = new(owns: true);

    internal HandleList Current { get; private set; } = group.Gradients;

    /// <summary>current = -current.</summary>
    internal void Negate()
    {
        Op.CallInto(_made, Ops.EachNeg, [Current]);
        Current = _made;
    }

    /// <summary>current += factor · other.</summary>
    internal void Add(HandleList other, double factor)
    {
        if (ReferenceEquals(Current, _made))
            Op.Run(Ops.EachAdd, [Current, other, factor]);
        else
            Op.CallInto(_made, Ops.EachAddNew, [Current, other, factor]);
        Current = _made;
    }

    public void Dispose() => _made.Dispose();
}
