using System.Globalization;
using System.Security.Cryptography;

namespace Distributed.Cli.Verbs;

/// <summary>Names runs: the run file's name, when, and two random bytes, so that folders sort by time and never meet.</summary>
internal static class RunIds
{
    private const int LongestName = 40;

    /// <summary>E.g. <c>glyphs-fedavg-20260102-150405-9f3a</c>.</summary>
    public static string Next(string name, TimeProvider time) => string.Create(
        CultureInfo.InvariantCulture,
        $"{name[..Math.Min(name.Length, LongestName)].TrimEnd('-')}-{time.GetUtcNow():yyyyMMdd-HHmmss}-{RandomNumberGenerator.GetHexString(4, lowercase: true)}").TrimStart('-');
}
