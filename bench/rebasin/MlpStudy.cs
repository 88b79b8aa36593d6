using System.Globalization;
using System.Text.Json;

namespace Distributed.Bench.Rebasin;

/// <summary>Table I3: two multi-layer perceptrons 784-w-w-w-10 from different seeds.</summary>
internal static class MlpStudy
{
    private const double MostBarrier = 0.01;
    private const double MostCpuSeconds = 0.4;
    private const int Examples = 8000;
    private const int Repeats = 5;

    // Width: barriers naive train, test; weight matching train, test; activation matching train, test; CPU seconds.
    private static readonly Dictionary<int, double[]> Reference = new()
    {
        [32] = [2.64, 2.32, 0.412, 0.300, 0.259, 0.174, 0.001],
        [128] = [1.135, 0.895, 0.029, 0.0016, 0.040, 0.0016, 0.016],
        [512] = [0.525, 0.344, 0.0013, 0.0001, 0.0023, 0.0001, 0.50],
    };

    public static void Run(Dist dist, int width, string? plots, Table table)
    {
        var hidden = string.Create(CultureInfo.InvariantCulture, $"model.hidden=[{width},{width},{width}]");
        var (one, other) = (dist.Train("mlp.yaml", 1, hidden), dist.Train("mlp.yaml", 2, hidden));
        var (name, known) = (string.Create(CultureInfo.InvariantCulture, $"mlp {width}"), Reference.GetValueOrDefault(width));
        string[] plot = plots is null ? ["--barrier"] : ["--plot", Path.Combine(plots, $"rebasin-mlp-{width}.svg")];

        var matched = dist.Merge(one, other, Examples, ["--method", "weight-matching", "--repair", "none", .. plot]);
        var active = dist.Merge(one, other, Examples, "--method", "activation-matching", "--repair", "none", "--barrier");
        Barriers(table, name, "naive", matched.GetProperty("barriers").GetProperty("naive"), known, 0);
        var weights = Barriers(table, name, "weight matching", matched.GetProperty("barriers").GetProperty("matched"), known, 2);
        Barriers(table, name, "activation matching", active.GetProperty("barriers").GetProperty("matched"), known, 4);

        var (a, b) = (Loss(matched, one), Loss(matched, other));
        table.Add(name, "test loss of the ends, mean", "nats", (a + b) / 2);
        foreach (var score in new[] { "naive", "matched" })
        {
            Midpoint(table, name, $"midpoint, {score}", matched, score);
        }

        foreach (var repair in new[] { "repair", "rescale" })
        {
            Midpoint(table, name, $"midpoint, matched, {repair}", dist.Merge(one, other, Examples, "--method", "weight-matching", "--repair", repair), $"matched, {repair}");
        }

        // Each a process of its own, compiling included: what a user waits for.
        var seconds = Enumerable.Range(0, Repeats).Select(_ => dist.Merge(one, other, 16, "--method", "weight-matching", "--repair", "none")
            .GetProperty("match").GetProperty("cpuSeconds").GetDouble()).Order().ToArray();
        var cpu = seconds[Repeats / 2];
        table.Add(name, "weight matching, median of 5", "CPU s", cpu, known?[6], seconds[0], seconds[^1]);
        table.Add(name, "weight matching", "sweeps", matched.GetProperty("match").GetProperty("sweeps").GetInt32());
        if (width == 512)
        {
            // On test examples the ends differ: a straight line between them is above their mean, but no barrier.
            table.Mark($"barrier behind weight matching below {MostBarrier}", weights < MostBarrier);
            table.Mark("test loss of the midpoint not above the mean of the ends", Loss(matched, "matched") <= (a + b) / 2);
            table.Mark($"weight matching, median, in at most {MostCpuSeconds} CPU seconds", cpu <= MostCpuSeconds);
        }
    }

    // The larger of the barriers over the mean of the ends on training examples and over the line between them on test examples.
    private static double Barriers(Table table, string name, string line, JsonElement barrier, double[]? known, int at)
    {
        var (train, test) = (Of("train"), Of("test"));
        table.Add(name, $"barrier, {line}, train", "nats", train, known?[at]);
        table.Add(name, $"barrier, {line}, test", "nats", test, known?[at + 1]);
        var linear = Of("test", "linear");
        table.Add(name, $"linear barrier, {line}, test", "nats", linear);
        return Math.Max(train, linear);

        double Of(string split, string definition = "endpointMean") => barrier.GetProperty(split).GetProperty(definition).GetDouble();
    }

    internal static void Midpoint(Table table, string name, string what, JsonElement merge, string score)
    {
        var test = merge.GetProperty("scores").GetProperty(score).GetProperty("test");
        table.Add(name, $"{what}, test loss", "nats", test.GetProperty("loss").GetDouble());
        table.Add(name, $"{what}, test accuracy", "share", test.GetProperty("accuracy").GetDouble());
    }

    internal static double Loss(JsonElement merge, string score) =>
        merge.GetProperty("scores").GetProperty(score).GetProperty("test").GetProperty("loss").GetDouble();
}
