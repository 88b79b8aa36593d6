using System.Globalization;
using Distributed.Protocols.Runs;
using Distributed.Protocols.V1;
using Spectre.Console;

namespace Distributed.Cli.Output;

/// <summary>A table of the last rounds, redrawn in place, with what the run waits for below it.</summary>
internal sealed class LiveRunView : IRunView
{
    private readonly IAnsiConsole console;
    private readonly Queue<(RoundRecord Record, int Rounds)> rows = new();
    private readonly TaskCompletionSource ended = new();
    private LiveDisplayContext? live;
    private Task? display;
    private string detail = "";

    /// <summary>Draws on <paramref name="console"/> until disposed.</summary>
    public LiveRunView(IAnsiConsole console) => this.console = console;

    private int Height => Math.Clamp(console.Profile.Height - 8, 5, 30);

    /// <inheritdoc />
    public void Begin(IEnumerable<string> header)
    {
        foreach (var line in header)
        {
            console.WriteLine(line);
        }

        var started = new TaskCompletionSource<LiveDisplayContext>();
        display = console.Live(Draw()).StartAsync(context =>
        {
            started.SetResult(context);
            return ended.Task;
        });
        live = started.Task.GetAwaiter().GetResult();
    }

    /// <inheritdoc />
    public void Round(RoundRecord record, int rounds)
    {
        rows.Enqueue((record, rounds));
        while (rows.Count > Height)
        {
            rows.Dequeue();
        }

        live?.UpdateTarget(Draw());
    }

    /// <inheritdoc />
    public void Status(RunStatus status) => Note($"{status.State}  {status.Detail}");

    /// <inheritdoc />
    public void Note(string text)
    {
        detail = text;
        live?.UpdateTarget(Draw());
    }

    /// <inheritdoc />
    public void Dispose()
    {
        ended.TrySetResult();
        display?.GetAwaiter().GetResult();
    }

    private Rows Draw()
    {
        var table = new Table().Border(TableBorder.Simple).AddColumns("round", "loss", "accuracy", "clients", "time", "up", "down");
        foreach (var (record, rounds) in rows)
        {
            var abandoned = record.Outcome != "committed";
            table.AddRow(
                new Text($"{record.Round}/{rounds}"),
                abandoned ? new Text("abandoned", new Style(Color.Red)) : Number(record.Loss ?? record.TrainLoss),
                Number(record.Accuracy),
                new Text(abandoned ? record.Reason ?? "" : RoundLine.Clients(record), record.Refused.Length > 0 ? new Style(Color.Yellow) : Style.Plain),
                new Text(RoundLine.Duration(record.Seconds)),
                new Text(RoundLine.Size(record.BytesUp)),
                new Text(RoundLine.Size(record.BytesDown)));
        }

        return new Rows(table, new Text(detail, new Style(decoration: Decoration.Dim)));
    }

    private static Text Number(double? value) => new(value?.ToString("0.0000", CultureInfo.InvariantCulture) ?? "");
}
