using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using Distributed.Protocols.Refusals;

namespace Distributed.Cli.Tests.Documents;

/// <summary>docs/refusals.md is made from <see cref="RefusalCode"/> and its documentation, so that it cannot be stale.</summary>
public sealed partial class RefusalPageTests
{
    [Fact]
    public void Page_OfTheRefusals_HoldsEveryCode() => Repository.AssertHolds("docs/refusals.md", Page());

    private static string Page()
    {
        var summaries = XDocument.Load(Path.ChangeExtension(typeof(RefusalCode).Assembly.Location, ".xml")).Descendants("member")
            .Where(member => member.Attribute("name")!.Value.StartsWith("F:", StringComparison.Ordinal))
            .ToDictionary(member => member.Attribute("name")!.Value, member => Text(member.Element("summary")!));
        var page = new StringBuilder();
        page.Append("""
            # Refusals

            An expected "no" has a code. It travels as a gRPC status with the trailer `refusal-code`, stands in the round's record and in the metric `train.updates`,
            and ends a command with exit code 3. This page is made from `RefusalCode`: `DISTRIBUTED_UPDATE=1 ./test Cli` writes it anew.

            | code | gRPC status | meaning |
            |---|---|---|

            """);
        foreach (var code in Enum.GetValues<RefusalCode>())
        {
            page.Append(CultureInfo.InvariantCulture,
                $"| `{RefusalCodes.WireName(code)}` | {RefusalCodes.StatusOf(code)} | {summaries[$"F:{typeof(RefusalCode).FullName}.{code}"]} |\n");
        }

        return page.ToString().ReplaceLineEndings("\n");
    }

    private static string Text(XElement summary)
    {
        foreach (var reference in summary.Elements("see").ToArray())
        {
            reference.ReplaceWith($"`{reference.Attribute("cref")!.Value.Split('.')[^1]}`");
        }

        return Space().Replace(summary.Value, " ").Trim();
    }

    [GeneratedRegex(@"\s+")]
    private static partial Regex Space();
}
