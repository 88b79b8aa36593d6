using System.Globalization;
using Distributed.Protocols.V1;

namespace Distributed.Cli.Output;

/// <summary>A run's state as one line for people.</summary>
internal static class StatusLine
{
    /// <summary>E.g. <c>glyphs-…-9f3a  running  round 12/50  acc 0.873  loss 0.412  2 refused</c>.</summary>
    public static string Of(RunStatus status)
    {
        var parts = new List<string> { status.RunId, status.State, string.Create(CultureInfo.InvariantCulture, $"round {status.Round}/{status.Rounds}") };
        if (status.Accuracy > 0)
        {
            parts.Add(string.Create(CultureInfo.InvariantCulture, $"acc {status.Accuracy:0.000}"));
            parts.Add(string.Create(CultureInfo.InvariantCulture, $"loss {status.Loss:0.000}"));
        }

        if (status.Refused > 0)
        {
            parts.Add($"{status.Refused} refused");
        }

        return string.Join("  ", parts);
    }
}
