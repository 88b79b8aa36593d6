using Distributed.Protocols.Runs;

namespace Distributed.Node.Plugins;

/// <summary>A member of a family.</summary>
/// <param name="Name">The name in run files.</param>
/// <param name="Parameters">Its parameter record.</param>
/// <param name="Create">Makes it from bound parameters.</param>
internal sealed record PluginEntry<T>(string Name, Type Parameters, Func<object, T> Create);

/// <summary>The members of a plug-in family by name; binds their parameters and names the nearest member when there is none of that name.</summary>
internal sealed class PluginFamily<T>(string what, IReadOnlyList<PluginEntry<T>> entries)
    where T : class
{
    public IReadOnlyList<string> Names { get; } = [.. entries.Select(entry => entry.Name)];

    /// <summary>Makes the member that a run file names; null when <paramref name="problems"/> got an entry.</summary>
    public T? Create(PluginSpec spec, string path, ICollection<SpecProblem> problems)
    {
        var entry = entries.FirstOrDefault(entry => entry.Name == spec.Name);
        if (entry is null)
        {
            problems.Add(new($"{path}.name", $"no {what} is called '{spec.Name}'{NearestKey.Hint(spec.Name, [.. Names])}"));
            return null;
        }

        var before = problems.Count;
        var parameters = SpecBinder.Bind(entry.Parameters, spec.Parameters, path, problems);
        return problems.Count == before ? entry.Create(parameters) : null;
    }
}
