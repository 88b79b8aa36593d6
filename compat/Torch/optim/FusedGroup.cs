using TorchSharp.Native;

namespace TorchSharp.Modules;

/// <summary>
/// Raw handles of a group's parameters, their gradients and their state, side by side: a step is a few operators over whole lists
/// (_foreach_*), whatever the number of parameters, and creates no object. Parameters without a gradient are left out of a step.
/// </summary>
internal sealed class FusedGroup : IDisposable
{
    private readonly Parameter[] _parameters;
    private readonly HandleList _all = new(owns: false);
    private readonly HandleList _found = new(owns: false);
    private readonly Dictionary<Parameter, torch.Tensor[]> _state = new(ReferenceEqualityComparer.Instance);

    internal FusedGroup(IEnumerable<Parameter> parameters)
    {
        _parameters = [.. parameters];
        if (_parameters.Length == 0)
            throw new ArgumentException("an optimizer needs parameters");
    }

    /// <summary>The parameters that have a gradient in this step.</summary>
    internal HandleList Trained { get; } = new(owns: false);

    internal HandleList Gradients { get; } = new(owns: true);

    internal long Steps { get; set; }

    /// <summary>State lists, in the order that <see cref="Collect"/>'s caller asked for.</summary>
    internal HandleList[] State { get; private set; } = [];

    /// <summary>
    /// Lines up parameters, gradients and <paramref name="states"/> state tensors each (zeros at first).
    /// </summary>
    /// <returns>Whether there is anything to do.</returns>
    internal bool Collect(int states)
    {
        ReadGradients();
        if (State.Length != states)
            State = [.. Enumerable.Range(0, states).Select(_ => new HandleList(owns: false))];
        foreach (var list in State)
            list.Clear();
        for (var i = 0; i < _parameters.Length && states > 0; i++)
        {
            if (!Has(i))
                continue;
            var own = StateOf(_parameters[i], states);
            for (var s = 0; s < states; s++)
                State[s].Add(own[s].Live);
        }
        return Trained.Count > 0;
    }

    /// <summary>State tensors of one parameter, made of zeros at first use.</summary>
    internal torch.Tensor[] StateOf(Parameter parameter, int states)
    {
        if (!_state.TryGetValue(parameter, out var own))
        {
            own = [.. Enumerable.Range(0, states).Select(_ => torch.zeros_like(parameter).DetachFromDisposeScope())];
            _state.Add(parameter, own);
        }
        return own;
    }

    /// <summary>Counts the step.</summary>
    internal long Advance(out bool first)
    {
        first = Steps == 0;
        return ++Steps;
    }

    /// <summary>Releases the gradients that the step has read.</summary>
    internal void Done() => Gradients.Clear();

    internal unsafe void ClearGradients()
    {
        Refill();
        NativeMethods.Throw(NativeMethods.dt_clear_gradients(_all.Pointer, _all.Count));
        GC.KeepAlive(_parameters);
    }

    public void Dispose()
    {
        foreach (var list in (HandleList[])[_all, _found, Trained, Gradients, .. State])
            list.Dispose();
        foreach (var tensor in _state.Values.SelectMany(t => t))
            tensor.Dispose();
        _state.Clear();
    }

    private unsafe bool Has(int i) => _found.Pointer[i] != 0;

    private unsafe void ReadGradients()
    {
        Refill();
        _found.Clear();
        foreach (var _ in _parameters)
            _found.Add(0);
        Gradients.Clear();
        Trained.Clear();
        NativeMethods.Throw(NativeMethods.dt_gradients(_all.Pointer, _all.Count, _found.Pointer));
        for (var i = 0; i < _parameters.Length; i++)
        {
            if (!Has(i))
                continue;
            Trained.Add(_all.Pointer[i]);
            Gradients.Add(_found.Pointer[i]);
        }
    }

    // Each time anew: a parameter that was moved to another device has another handle.
    private void Refill()
    {
        _all.Clear();
        foreach (var parameter in _parameters)
            _all.Add(parameter.Live);
    }
}
