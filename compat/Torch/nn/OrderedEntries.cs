using System.Collections;

namespace TorchSharp.Modules;

/// <summary>Named entries in the order of their registration.</summary>
internal sealed class OrderedEntries<T> : IEnumerable<(string Name, T Value)>
{
    private readonly List<(string Name, T Value)> _entries = [];

    internal void Add(string name, T value)
    {
        if (name.Length == 0 || name.Contains('.', StringComparison.Ordinal))
            throw new ArgumentException($"'{name}' is no name for a component: it is empty or has a dot");
        if (Contains(name))
            throw new ArgumentException($"'{name}' is registered already");
        _entries.Add((name, value));
    }

    /// <summary>Adds, replaces in place, or removes when there is no value.</summary>
    internal void Replace(string name, T? value, bool present = true)
    {
        var at = _entries.FindIndex(e => e.Name == name);
        if (value is null || !present)
        {
            if (at >= 0)
                _entries.RemoveAt(at);
        }
        else if (at >= 0)
        {
            _entries[at] = (name, value);
        }
        else
        {
            Add(name, value);
        }
    }

    internal bool Contains(string name) => _entries.Exists(e => e.Name == name);

    internal void Clear() => _entries.Clear();

    public IEnumerator<(string Name, T Value)> GetEnumerator() => _entries.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
