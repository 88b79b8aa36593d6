namespace TorchSharp;

/// <summary>
/// Disposes what was created in it on its thread. Scopes nest; they belong to one thread, so there is no await inside one.
/// </summary>
public sealed class DisposeScope : IDisposable
{
    [ThreadStatic] private static DisposeScope? t_current;

    private IDisposable?[] _items = new IDisposable?[16];
    private int _used;
    private bool _closed;

    internal DisposeScope()
    {
        Outer = Current;
        t_current = this;
    }

    internal static DisposeScope? Current => t_current is null or { _closed: false } ? t_current : Unwound();

    internal DisposeScope? Outer { get; }

    public int DisposablesCount => _items.AsSpan(0, _used).Length - Empty();

    public IReadOnlyList<IDisposable> DisposablesView => [.. _items.Take(_used).OfType<IDisposable>()];

    public bool Contains(IDisposable disposable) => IndexOf(disposable) >= 0;

    public void Attach(IDisposable disposable)
    {
        if (disposable is torch.Tensor tensor)
            tensor.MoveTo(this);
        else if (!Contains(disposable))
            Append(disposable);
    }

    public void Attach(params IDisposable[] disposables)
    {
        foreach (var disposable in disposables)
            Attach(disposable);
    }

    public IReadOnlyList<IDisposable> Attach(IEnumerable<IDisposable> disposables)
    {
        var all = disposables.ToArray();
        Attach(all);
        return all;
    }

    public T Detach<T>(T disposable)
        where T : IDisposable => MoveToOther(null, disposable);

    public (T1 first, T2 second) Detach<T1, T2>(T1 first, T2 second)
        where T1 : IDisposable
        where T2 : IDisposable => (Detach(first), Detach(second));

    public void Detach(params IDisposable[] disposables) => MoveToOther(null, disposables);

    public void Detach(IEnumerable<IDisposable> disposables) => MoveToOther(null, disposables);

    public T MoveToOuter<T>(T disposable)
        where T : IDisposable => MoveToOther(Outer, disposable);

    public (T1 first, T2 second) MoveToOuter<T1, T2>(T1 first, T2 second)
        where T1 : IDisposable
        where T2 : IDisposable => (MoveToOuter(first), MoveToOuter(second));

    public void MoveToOuter(params IDisposable[] disposables) => MoveToOther(Outer, disposables);

    public void MoveToOuter(IEnumerable<IDisposable> disposables) => MoveToOther(Outer, disposables);

    public T MoveToOther<T>(DisposeScope? scope, T disposable)
        where T : IDisposable
    {
        if (disposable is torch.Tensor tensor)
        {
            if (ReferenceEquals(tensor.Scope, this))
                tensor.MoveTo(scope);
        }
        else if (IndexOf(disposable) is var at and >= 0)
        {
            _items[at] = null;
            scope?.Attach(disposable);
        }
        return disposable;
    }

    public void MoveToOther(DisposeScope? scope, params IDisposable[] disposables)
    {
        foreach (var disposable in disposables)
            MoveToOther<IDisposable>(scope, disposable);
    }

    public void MoveToOther(DisposeScope? scope, IEnumerable<IDisposable> disposables) => MoveToOther(scope, disposables.ToArray());

    public void DisposeEverything() => DisposeEverythingBut(Array.Empty<IDisposable>());

    public T DisposeEverythingBut<T>(T keep)
        where T : IDisposable
    {
        DisposeEverythingBut(new IDisposable[] { keep });
        return keep;
    }

    public void DisposeEverythingBut(IEnumerable<IDisposable> inKeep)
    {
        var keep = new HashSet<IDisposable>(inKeep, ReferenceEqualityComparer.Instance);
        for (var i = 0; i < _used; i++)
        {
            if (_items[i] is { } item && !keep.Contains(item))
            {
                _items[i] = null;
                DisposeItem(item);
            }
        }
        Trim();
    }

    public void DisposeEverythingBut(params IDisposable[] keep) => DisposeEverythingBut((IEnumerable<IDisposable>)keep);

    public void MarkAsDisposed(IDisposable disposable)
    {
        if (IndexOf(disposable) is var at and >= 0)
            _items[at] = null;
    }

    public void Dispose()
    {
        if (_closed)
            return;
        _closed = true;
        // Newest first, as handles of an autograd graph are best released.
        for (var i = _used - 1; i >= 0; i--)
        {
            if (_items[i] is { } item)
                DisposeItem(item);
        }
        _items = [];
        _used = 0;
    }

    /// <summary>Takes a tensor that has no scope.</summary>
    internal void Take(torch.Tensor tensor)
    {
        tensor.Scope = this;
        tensor.ScopeSlot = Append(tensor);
    }

    /// <summary>Lets a tensor of this scope go.</summary>
    internal void Forget(torch.Tensor tensor)
    {
        _items[tensor.ScopeSlot] = null;
        Trim();
    }

    // Scopes that were closed, in whatever order and on whatever thread, are left when the next one is looked for.
    private static DisposeScope? Unwound()
    {
        while (t_current is { _closed: true } closed)
            t_current = closed.Outer;
        return t_current;
    }

    private int Append(IDisposable item)
    {
        ObjectDisposedException.ThrowIf(_closed, this);
        if (_used == _items.Length)
            Array.Resize(ref _items, _items.Length * 2);
        _items[_used] = item;
        return _used++;
    }

    // Short-lived tensors come and go at the end of the list: it stays as short as what lives.
    private void Trim()
    {
        while (_used > 0 && _items[_used - 1] is null)
            _used--;
    }

    private static void DisposeItem(IDisposable item)
    {
        if (item is torch.Tensor tensor)
            tensor.Release();
        else
            item.Dispose();
    }

    private int IndexOf(IDisposable item) => Array.FindIndex(_items, 0, _used, i => ReferenceEquals(i, item));

    private int Empty() => _items.AsSpan(0, _used).Count((IDisposable?)null);
}
