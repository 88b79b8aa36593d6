using System.Text.Json.Nodes;

namespace Distributed.Protocols.Runs;

/// <summary>A member of a plug-in family: in a run file a mapping with a <c>name</c>, the other keys are the algorithm's own parameters.</summary>
/// <param name="Name">The name it is registered under.</param>
/// <param name="Parameters">The other keys, as written; bound to the algorithm's parameter record by <see cref="SpecBinder"/>.</param>
public sealed record PluginSpec(string Name, JsonObject Parameters)
{
    /// <summary>A member with its default parameters.</summary>
    public static PluginSpec Named(string name) => new(name, []);
}
