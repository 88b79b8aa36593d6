namespace Distributed.Bench.Rebasin;

/// <summary>A residual network with BatchNorm: what its reset, and the corrections that end with one, are worth.</summary>
internal static class ResNetStudy
{
    private const string Name = "resnet bn";
    private const int Examples = 2000;

    public static void Run(Dist dist, string? plots, Table table)
    {
        var (one, other) = (dist.Train("resnet.yaml", 1), dist.Train("resnet.yaml", 2));
        string[] plot = plots is null ? [] : ["--plot", Path.Combine(plots, "rebasin-resnet.svg"), "--points", "13"];
        var reset = dist.Merge(one, other, Examples, ["--method", "weight-matching", "--repair", "reset", .. plot]);
        table.Add(Name, "test loss of the ends, mean", "nats", (MlpStudy.Loss(reset, one) + MlpStudy.Loss(reset, other)) / 2);
        foreach (var score in new[] { "naive", "naive, reset", "matched", "matched, reset" })
        {
            MlpStudy.Midpoint(table, Name, $"midpoint, {score}", reset, score);
        }

        foreach (var repair in new[] { "rescale", "repair" })
        {
            var merge = dist.Merge(one, other, Examples, "--method", "weight-matching", "--repair", repair);
            MlpStudy.Midpoint(table, Name, $"midpoint, matched, {repair}", merge, $"matched, {repair}");
            table.Mark($"{repair} lowers the test loss of the midpoint", MlpStudy.Loss(merge, $"matched, {repair}") < MlpStudy.Loss(merge, "matched"));
        }

        table.Mark("a reset lowers the test loss of the midpoint", MlpStudy.Loss(reset, "matched, reset") < MlpStudy.Loss(reset, "matched"));
    }
}
