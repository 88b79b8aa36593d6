using System.Globalization;
using System.Security.Cryptography;
using Distributed.Coordinator.Rounds;
using Distributed.Protocols.Identities;
using Distributed.Protocols.Refusals;
using Distributed.Protocols.Runs;

namespace Distributed.Coordinator.Runs;

/// <summary>Checks what is submitted, before a run exists: all mistakes at once.</summary>
internal static class RunSubmission
{
    /// <summary>Parses and checks a specification.</summary>
    /// <returns>The canonical JSON, or RunInvalid with every mistake.</returns>
    public static Outcome<string> Check(string json)
    {
        var problems = new List<SpecProblem>();
        var spec = RunSpecJson.Parse(json, problems);
        if (spec is not null)
        {
            AggregatorChoice.Check(spec, problems);
        }

        return problems.Count == 0
            ? RunSpecJson.Write(spec!)
            : new Refusal(RefusalCode.RunInvalid, string.Join("\n", problems));
    }

    /// <summary>The caller's id, or one made of name, time and chance.</summary>
    public static string NameOf(string runId, string specName, DateTimeOffset now)
    {
        if (runId.Length > 0)
        {
            return runId;
        }

        var suffix = now.ToString("yyyyMMdd-HHmmss", CultureInfo.InvariantCulture) + "-" + Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(2));
        return $"{specName[..Math.Min(specName.Length, EntityName.MaximumLength - suffix.Length - 1)]}-{suffix}";
    }
}
