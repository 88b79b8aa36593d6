using System.Text.RegularExpressions;
using Xunit;

namespace Distributed.Architecture.Tests.Source;

/// <summary>What source code must not say, by place.</summary>
public sealed partial class BannedSymbolTests
{
    private const string Pure = "src/Algorithms/";
    private const string Machine = "src/Coordinator/Rounds/";

    private static readonly Rule[] Rules =
    [
        new("conditional compilation: what differs stands behind an interface", Conditional(), ["src/"]),
        new("the wall clock: take a TimeProvider", WallClock(), ["src/"]),
        new("blocking: await it", Blocking(), ["src/"]),
        new("hidden randomness: streams are keyed by seed, round and client", Randomness(), [Pure, Machine]),
        new("a clock, a file, the network or a logger in pure code", Effects(), [Pure, Machine]),
        new("await in pure code", Await(), [Machine]),
        new("a format that runs code when it is read", UnsafeFormats(), ["src/"]),
        new("pickle-based or unchecked model files: read safetensors", ModelLoad(), ["src/"]),
    ];

    // What is said all the same, and why.
    private static readonly Dictionary<(string Path, string Said), string> Allowed = new()
    {
        [("src/Coordinator/Storage/Failpoints.cs", "Thread.Sleep")] = "the process has just killed itself: nothing after this line may run",
        [("src/Cli/Output/LiveRunView.cs", ".GetAwaiter().GetResult(")] = "Spectre's live display is begun by a constructor and ended by Dispose",
        [("src/Node/DataParallel/Exchange.cs", ".GetAwaiter().GetResult(")] = "a training thread waits for the other ranks: libtorch's scopes belong to the thread",
    };

    [Fact]
    public void Source_SaysNothingBanned()
    {
        var found = from file in Repository.Files("src")
                    from rule in Rules
                    where rule.Places.Any(x => file.Path.StartsWith(x, StringComparison.Ordinal))
                    from Match match in rule.Pattern.Matches(file.Code)
                    where !Allowed.ContainsKey((file.Path, match.Value.Trim()))
                    select $"{file.Path}:{file.LineOf(match.Index)}: {match.Value.Trim()} ({rule.Why})";

        Findings.None(found);
    }

    [Fact]
    public void Allowances_AreStillNeeded()
        => Findings.None(Allowed.Keys
            .Where(x => Repository.Files("src").SingleOrDefault(file => file.Path == x.Path)?.Code.Contains(x.Said, StringComparison.Ordinal) != true)
            .Select(x => $"{x.Path}: {x.Said}"));

    [Theory]
    [InlineData("#if DEBUG", 0)]
    [InlineData("  # if X", 0)]
    [InlineData("var a = DateTime.UtcNow;", 1)]
    [InlineData("var a = System.DateTimeOffset.Now.Ticks;", 1)]
    [InlineData("Thread.Sleep(1);", 2)]
    [InlineData("task.Wait();", 2)]
    [InlineData("Task.WaitAll(a, b);", 2)]
    [InlineData("var a = LoadAsync().Result;", 2)]
    [InlineData("var a = loadTask.Result;", 2)]
    [InlineData("LoadAsync().GetAwaiter().GetResult();", 2)]
    [InlineData("Random.Shared.Next()", 3)]
    [InlineData("new Random()", 3)]
    [InlineData("Guid.NewGuid()", 3)]
    [InlineData("File.ReadAllBytes(path)", 4)]
    [InlineData("Stopwatch.StartNew()", 4)]
    [InlineData("ILogger<X> logger", 4)]
    [InlineData("await Task.Yield()", 5)]
    [InlineData("new BinaryFormatter()", 6)]
    [InlineData("torch.load(path)", 7)]
    [InlineData("model.load(path)", 7)]
    [InlineData("Tensor.Load(path)", 7)]
    public void Rule_FindsWhatItBans(string code, int rule) => Assert.Matches(Rules[rule].Pattern, code);

    [Theory]
    [InlineData("response.Result", 2)]
    [InlineData("record Aggregate(float[] Result);", 2)]
    [InlineData("await task.WaitAsync(token)", 2)]
    [InlineData("gate.WaitAsync()", 2)]
    [InlineData("new Random(seed)", 3)]
    [InlineData("Safetensors.Read(stream)", 7)]
    [InlineData("registry.Lookup(name)", 7)]
    public void Rule_LeavesOtherThings(string code, int rule) => Assert.DoesNotMatch(Rules[rule].Pattern, code);

    [GeneratedRegex(@"^[ \t]*#[ \t]*(if|elif)\b", RegexOptions.Multiline)]
    private static partial Regex Conditional();

    [GeneratedRegex(@"\bDateTime(Offset)?\.(Now|UtcNow|Today)\b")]
    private static partial Regex WallClock();

    [GeneratedRegex(@"\bThread\.Sleep\b|\bSpinWait\b|\.Wait\(\s*\)|\bTask\.Wait(All|Any)\b|(\)|[tT]ask)\.Result\b|\.GetAwaiter\(\)\s*\.GetResult\(")]
    private static partial Regex Blocking();

    [GeneratedRegex(@"\bRandom\.Shared\b|\bnew Random\(\s*\)|\bGuid\.NewGuid\b|\bRandomNumberGenerator\b")]
    private static partial Regex Randomness();

    [GeneratedRegex(@"\b(Stopwatch|TimeProvider|File|Directory|HttpClient|Socket|ILogger|Console)\b\s*[.<(]|\bEnvironment\.TickCount")]
    private static partial Regex Effects();

    [GeneratedRegex(@"\bawait\b")]
    private static partial Regex Await();

    [GeneratedRegex(@"\b(BinaryFormatter|SoapFormatter|NetDataContractSerializer)\b|\bTypeNameHandling\b")]
    private static partial Regex UnsafeFormats();

    [GeneratedRegex(@"\btorch\.(jit\.)?load\b|\b[Tt]ensor\.[Ll]oad\b|\b(\w*[mM]odule|\w*[mM]odel)\.[Ll]oad\(")]
    private static partial Regex ModelLoad();

    private sealed record Rule(string Why, Regex Pattern, string[] Places);
}
