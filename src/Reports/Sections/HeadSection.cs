using System.Text.Json.Nodes;
using Distributed.Reports.Facts;
using Distributed.Reports.Markup;

namespace Distributed.Reports.Sections;

/// <summary>What the run is and how it ended.</summary>
internal static class HeadSection
{
    public static Html Draw(RunHistory run)
    {
        var status = run.Ending?.Status is { Length: > 0 } ended ? ended : "not ended";
        var last = run.Rounds.LastOrDefault(round => round.Accuracy is not null);
        var name = TextAt(run.Spec, "name") ?? run.RunId;
        return Html.Of(
            $"""
            <header>
            <h1>{name} <span class="status {(status == "not ended" ? "open" : status)}">{status}</span></h1>
            <p class="id">{run.RunId}</p>
            {Reason(run)}
            <dl class="tiles">
            {Tile("Accuracy", Figures.Percent(last?.Accuracy), last is null ? "not evaluated" : $"after round {last.Round}")}
            {Tile("Loss", Figures.Number(last?.Loss), "on the test examples")}
            {Tile("Rounds", RoundsOf(run), Outcomes(run))}
            {Tile("Time", Figures.Duration(run.Ending?.Seconds ?? Span(run)), "of rounds")}
            </dl>
            <dl class="facts">
            {Fact("Started", run.Rounds.IsEmpty ? null : Figures.Time(run.Rounds[0].Started))}
            {Fact("Data", DataOf(run))}
            {Fact("Model", PluginAt(run.Spec, "model"))}
            {Fact("Aggregator", PluginAt(run.Spec, "aggregator"))}
            {Fact("Seed", TextAt(run.Spec, "seed"))}
            {Fact("Engine", run.Partition is { Engines.IsDefaultOrEmpty: false } told ? string.Join("; ", told.Engines) : null)}
            {Fact("Model hash", run.Ending?.ModelHash, "hash")}
            </dl>
            </header>
            """);
    }

    private static Html Reason(RunHistory run) => run switch
    {
        { Ending: null } => Html.Of($"""<p class="notice">The folder has no summary: the run goes on, or was killed. This page shows the rounds that are written down.</p>"""),
        { Ending.Reason.Length: > 0, Ending.Status: not "completed" } => Html.Of($"""<p class="notice">{run.Ending.Reason}</p>"""),
        _ => Html.None,
    };

    private static Html Tile(string name, string value, string remark) => Html.Of($"<div><dt>{name}</dt><dd>{value}<small>{remark}</small></dd></div>");

    private static Html Fact(string name, string? value, string kind = "") => string.IsNullOrEmpty(value)
        ? Html.None
        : Html.Of($"""<div><dt>{name}</dt><dd class="{kind}">{value}</dd></div>""");

    private static string RoundsOf(RunHistory run)
    {
        var done = Figures.Count(run.Rounds.Length);
        return long.TryParse(TextAt(run.Spec, "rounds"), out var planned) ? $"{done} / {Figures.Count(planned)}" : done;
    }

    private static string Outcomes(RunHistory run)
    {
        var abandoned = run.Rounds.Count(round => round.Outcome != "committed");
        return abandoned == 0 ? "all committed" : $"{Figures.Count(abandoned)} abandoned";
    }

    private static double? Span(RunHistory run) =>
        run.Rounds.IsEmpty ? null : (run.Rounds[^1].Started - run.Rounds[0].Started).TotalSeconds + run.Rounds[^1].Seconds;

    private static string? DataOf(RunHistory run) => run.Spec?["data"] is not JsonObject data
        ? null
        : $"{TextAt(data, "source")}, {TextAt(data, "clients")} clients, {PluginAt(data, "partition")}";

    private static string? PluginAt(JsonObject? mapping, string key) => mapping?[key] is not JsonObject plugin
        ? null
        : string.Join(' ', plugin.Select(pair => pair.Key == "name" ? TextAt(plugin, "name") : $"{pair.Key} {TextAt(plugin, pair.Key)}"));

    private static string? TextAt(JsonObject? mapping, string key) =>
        mapping?[key] is { } node ? node is JsonValue value && value.TryGetValue<string>(out var text) ? text : node.ToJsonString() : null;
}
