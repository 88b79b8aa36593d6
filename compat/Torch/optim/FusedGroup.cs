using TorchSharp.Native;

namespace TorchSharp.Modules;

/// <summary>
/// Raw handles of a group's parameters, their gradients and their state, side by side: a step is a few operators over whole lists
/// (_foreach_*), whatever the number of parameters, and creates no object per parameter. Parameters without a gradient are left out.
/// </summary>
internal sealed class FusedGroup : IDisposable
{
    private readonly Parameter[] _parameters;
    private readonly long[] _steps;
    private readonly torch.Tensor[]?[] _state;
    private readonly HandleList _all = new(owns: false);
    private readonly HandleList _found = new(owns: true);

    internal FusedGroup(IEnumerable<Parameter> parameters)
    {
        _parameters = [.. parameters];
        if (_parameters.Length == 0)
            throw new ArgumentException("an optimizer needs parameters");
        _steps = new long[_parameters.Length];
        _state = new torch.Tensor[]?[_parameters.Length];
    }

    /// <summary>The batch's parameters.</summary>
    internal HandleList Trained { get; } = new(owns: false);

    /// <summary>The batch's gradients, to be read only.</summary>
    internal HandleList Gradients { get; } = new(owns: false);

    /// <summary>The batch's state: one list for each tensor that a parameter has.</summary>
    internal HandleList[] State { get; private set; } = [];

    /// <summary>
    /// Lines up the parameters that have a gradient, with <paramref name="states"/> state tensors each (zeros at first), in batches that
    /// have taken the same number of steps: normally one.
    /// </summary>
    /// <returns>For each batch, the steps it has taken before this one.</returns>
    internal IEnumerable<long> Batches(int states)
    {
        if (State.Length != states)
            State = [.. Enumerable.Range(0, states).Select(_ => new HandleList(owns: false))];
        ReadGradients();
        try
        {
            // Descending, so that no parameter that moves up to the next count is met again.
            foreach (var steps in Counts())
            {
                Fill(steps);
                if (Trained.Count > 0)
                    yield return steps;
            }
        }
        finally
        {
            _found.Clear();
        }
    }

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
        foreach (var tensor in _state.SelectMany(t => t ?? []))
            tensor.Dispose();
    }

    private long[] Counts()
    {
        var first = _steps[0];
        if (Array.TrueForAll(_steps, s => s == first))
            return [first];
        return _steps.Where((_, i) => Has(i)).Distinct().OrderDescending().ToArray();
    }

    private unsafe void Fill(long steps)
    {
        Trained.Clear();
        Gradients.Clear();
        foreach (var list in State)
            list.Clear();
        for (var i = 0; i < _parameters.Length; i++)
        {
            if (_steps[i] != steps || !Has(i))
                continue;
            _steps[i]++;
            Trained.Add(_all.Pointer[i]);
            Gradients.Add(_found.Pointer[i]);
            for (var s = 0; s < State.Length; s++)
                State[s].Add(StateOf(i)[s].Live);
        }
    }

    private torch.Tensor[] StateOf(int i) =>
        _state[i] ??= [.. Enumerable.Range(0, State.Length).Select(_ => torch.zeros_like(_parameters[i]).DetachFromDisposeScope())];

    private unsafe bool Has(int i) => _found.Pointer[i] != 0;

    private unsafe void ReadGradients()
    {
        Refill();
        _found.Clear();
        for (var i = 0; i < _parameters.Length; i++)
            _found.Add(0);
        NativeMethods.Throw(NativeMethods.dt_gradients(_all.Pointer, _all.Count, _found.Pointer));
    }

    // Each time anew: a parameter that was moved to another device has another handle.
    private void Refill()
    {
        _all.Clear();
        foreach (var parameter in _parameters)
            _all.Add(parameter.Live);
    }
}
