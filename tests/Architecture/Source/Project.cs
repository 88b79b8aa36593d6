using System.Reflection;
using System.Xml.Linq;

namespace Distributed.Architecture.Tests.Source;

/// <summary>A project file: what it references and to whom it shows its internals.</summary>
/// <param name="Name">Its file name without extension.</param>
/// <param name="Folder">Its top-level folder: src, tests.</param>
/// <param name="References">Projects it references, as folder/name.</param>
/// <param name="Packages">Packages it references.</param>
/// <param name="Friends">Assemblies that see its internals.</param>
/// <param name="AssemblyName">Set in the project itself, else null.</param>
internal sealed record Project(
    string Name, string Folder, IReadOnlyList<string> References, IReadOnlyList<string> Packages, IReadOnlyList<string> Friends, string? AssemblyName)
{
    /// <summary>The name that Directory.Build.props gives.</summary>
    public string BuiltName => AssemblyName ?? Folder switch
    {
        "tests" => $"Distributed.{Name}.Tests",
        _ => $"Distributed.{Name}",
    };

    public Assembly Load() => Assembly.Load(new AssemblyName(BuiltName));

    public static Project Read(string path)
    {
        var xml = XDocument.Load(path);
        string[] Included(string item) => [.. xml.Descendants(item).Select(x => x.Attribute("Include")?.Value).OfType<string>()];
        return new Project(
            Path.GetFileNameWithoutExtension(path),
            Path.GetRelativePath(Repository.Root, path).Split('/')[0],
            [.. Included("ProjectReference").Select(Target)],
            Included("PackageReference"),
            Included("InternalsVisibleTo"),
            xml.Descendants("AssemblyName").FirstOrDefault()?.Value);
    }

    // The last three parts are folder, project folder and file, whatever the path begins with.
    private static string Target(string include)
    {
        var parts = include.Replace('\\', '/').Replace("$(RepositoryRoot)", "/", StringComparison.Ordinal).Split('/');
        var name = Path.GetFileNameWithoutExtension(parts[^1]);
        var above = parts.Length >= 3 ? parts[^3] : "..";
        return above is "src" or "tests" or "bench" or "examples" ? $"{above}/{name}" : name;
    }
}
