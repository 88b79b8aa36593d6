using System.Collections.Immutable;

namespace Orleans.Runtime;

public static class RequestContext
{
    private static readonly AsyncLocal<ImmutableDictionary<string, object>?> Current = new();

    public static IEnumerable<string> Keys => Snapshot.Keys;

    public static IEnumerable<KeyValuePair<string, object>> Entries => Snapshot;

    internal static ImmutableDictionary<string, object> Snapshot
    {
        get => Current.Value ?? ImmutableDictionary<string, object>.Empty;
        set => Current.Value = value;
    }

    public static object? Get(string key) => Snapshot.GetValueOrDefault(key);

    public static void Set(string key, object value) => Snapshot = Snapshot.SetItem(key, value);

    public static bool Remove(string key)
    {
        var removed = Snapshot.ContainsKey(key);
        Snapshot = Snapshot.Remove(key);
        return removed;
    }

    public static void Clear() => Snapshot = ImmutableDictionary<string, object>.Empty;
}
