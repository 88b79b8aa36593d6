using Distributed.Architecture.Tests.Source;
using Xunit;

namespace Distributed.Architecture.Tests.Api;

/// <summary>
/// <c>compat/</c> has nothing that the real packages lack: names, parameter names, defaults, nullability, constraints, base types.
/// The needed lines of the real packages are committed in <c>api/</c>. With DISTRIBUTED_API_LISTS naming a folder with the full lists
/// (grpc.txt, orleans.txt, torchsharp.txt) a run of these tests first writes the committed lines anew.
/// </summary>
public sealed class CompatApiTests
{
    private const string FullLists = "DISTRIBUTED_API_LISTS";

    private static readonly Dictionary<string, Func<string, bool>> Lists = new()
    {
        ["grpc"] = project => project.StartsWith("Grpc.", StringComparison.Ordinal),
        ["orleans"] = project => project == "Orleans",
        ["torchsharp"] = project => project == "Torch",
    };

    private static readonly string Unlisted = ApiList.PathOf("unlisted");

    public static TheoryData<string> Names => [.. Lists.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void Compat_HasNothingThatTheRealPackageLacks(string list)
    {
        var surface = Surface(list);
        Refresh(list, surface);
        var known = ApiList.Read(ApiList.PathOf(list), Unlisted);

        Findings.None(surface.SelectMany(known.Missing));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void CommittedLines_AreAllNeeded(string list)
    {
        var surface = Surface(list);
        Refresh(list, surface);
        var committed = ApiList.Read(ApiList.PathOf(list));

        Findings.None(Lines(committed.Types).Except(Lines(committed.Needed(surface))).Select(x => $"no longer needed, write the lines anew: {x}"));
    }

    [Fact]
    public void UnlistedTypes_AreNamedByListedOnes()
    {
        var listed = Lists.Keys.SelectMany(x => ApiList.Read(ApiList.PathOf(x)).Types).ToArray();
        var unlisted = ApiList.Read(Unlisted).Types.ToArray();

        Findings.None(from type in unlisted
                      let name = type.Head.Split(' ').Last(x => x.Contains('.', StringComparison.Ordinal)).Split('.')[^1].Split('<')[0]
                      where !Lines(listed.Concat(unlisted.Except([type]))).Any(x => x.Contains(name, StringComparison.Ordinal))
                      select type.Head);
    }

    [Fact]
    public void Adapters_HaveNoTypeOfTheEngines()
    {
        var leaked = from project in Repository.Projects("compat")
                     where project.Name == "Adapters.System"
                     from type in project.Load().GetExportedTypes()
                     where type.Namespace?.StartsWith("Distributed.", StringComparison.Ordinal) != true
                     select type.FullName;

        Findings.None(leaked);
    }

    private static ApiType[] Surface(string list)
        => [.. ApiList.Of(Repository.Projects("compat").Where(x => Lists[list](x.Name)).SelectMany(x => ApiReader.Read(x.Load()))).Types];

    private static string[] Lines(IEnumerable<ApiType> types) => [.. types.SelectMany(x => x.Lines())];

    private static void Refresh(string list, ApiType[] surface)
    {
        if (Environment.GetEnvironmentVariable(FullLists) is { Length: > 0 } folder)
        {
            var full = ApiList.Read(Path.Combine(folder, list + ".txt"));
            File.WriteAllLines(ApiList.PathOf(list), Lines(full.Needed(surface)));
        }
    }
}
