using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;

namespace Distributed.Coordinator.Storage;

/// <summary>
/// The armed failpoints. Text form, several separated by ';': <c>NAME[@round=N][@hit=N]:ACTION</c>, where the action is <c>kill</c> (the process kills itself,
/// SIGKILL, nothing is flushed), <c>disk-full</c>, <c>read-only</c>, <c>io-error</c> (the write fails as such a disk does) or <c>hold</c> (says on standard error that it is held there, and
/// goes on after a line of standard input: a test does something meanwhile). <c>@hit=N</c> acts on the Nth hit only; without it, on every one.
/// </summary>
internal sealed partial class Failpoints
{
    /// <summary>The environment variable that arms failpoints in a test's process.</summary>
    public const string Variable = "DISTRIBUTED_FAILPOINTS";

    private readonly List<Armed> armed;

    private Failpoints(List<Armed> armed) => this.armed = armed;

    private enum FailAction
    {
        Kill,
        DiskFull,
        ReadOnly,
        Failed,
        Hold,
    }

    /// <summary>Nothing armed.</summary>
    public static Failpoints None { get; } = new([]);

    /// <summary>What <see cref="Variable"/> arms; nothing when it is not set.</summary>
    /// <exception cref="FormatException">The text is not of the form above.</exception>
    public static Failpoints FromEnvironment() =>
        Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } text ? Parse(text) : None;

    /// <summary>Reads the text form.</summary>
    /// <exception cref="FormatException">The text is not of the form above.</exception>
    public static Failpoints Parse(string text) =>
        new([.. text.Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Select(ParseOne)]);

    /// <summary>Passes a failpoint.</summary>
    /// <param name="point">Which one.</param>
    /// <param name="round">The round at work, or null where none is.</param>
    /// <exception cref="IOException">It is armed with a fault of the disk.</exception>
    public void Hit(Failpoint point, int? round = null)
    {
        // Not armed is the only case that matters for speed: an empty list.
        foreach (var one in armed)
        {
            if (one.Point == point && (one.Round is null || one.Round == round) && one.Counts())
            {
                Act(one);
            }
        }
    }

    private static void Act(Armed one)
    {
        switch (one.Action)
        {
            case FailAction.DiskFull:
                throw new IOException($"No space left on device (failpoint {one.Point}).", DiskErrors.NoSpace);
            case FailAction.ReadOnly:
                throw new IOException($"Read-only file system (failpoint {one.Point}).", DiskErrors.ReadOnly);
            case FailAction.Failed:
                throw new IOException($"Input/output error (failpoint {one.Point}).", DiskErrors.Failed);
            case FailAction.Hold:
                Console.Error.WriteLine($"held at failpoint {one.Point}");
                Console.In.ReadLine();
                break;
            default:
                using (var self = Process.GetCurrentProcess())
                {
                    self.Kill();
                    Thread.Sleep(Timeout.Infinite);
                }

                break;
        }
    }

    private static Armed ParseOne(string text)
    {
        var match = Form().Match(text);
        return match.Success && Enum.TryParse<Failpoint>(match.Groups["name"].Value, out var point)
            ? new Armed(
                point,
                Number(match.Groups["round"]),
                Number(match.Groups["hit"]),
                match.Groups["action"].Value switch
                {
                    "kill" => FailAction.Kill,
                    "hold" => FailAction.Hold,
                    "read-only" => FailAction.ReadOnly,
                    "io-error" => FailAction.Failed,
                    _ => FailAction.DiskFull,
                })
            : throw new FormatException(
                $"'{text}' in {Variable} is not NAME[@round=N][@hit=N]:kill|disk-full|read-only|io-error|hold; names: {string.Join(", ", Enum.GetNames<Failpoint>())}.");
    }

    private static int? Number(Group group) => group.Success ? int.Parse(group.Value, CultureInfo.InvariantCulture) : null;

    [GeneratedRegex(@"\A(?<name>[A-Za-z]+)(@round=(?<round>\d{1,9}))?(@hit=(?<hit>\d{1,9}))?:(?<action>kill|disk-full|read-only|io-error|hold)\z", RegexOptions.CultureInvariant)]
    private static partial Regex Form();

    private sealed record Armed(Failpoint Point, int? Round, int? Which, FailAction Action)
    {
        private int hits;

        public bool Counts() => Interlocked.Increment(ref hits) == Which || Which is null;
    }
}
