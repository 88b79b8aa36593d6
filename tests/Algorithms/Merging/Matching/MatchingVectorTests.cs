using Distributed.Algorithms.Aggregation;
using Distributed.Algorithms.Merging;
using Distributed.Algorithms.Merging.Matching;
using Distributed.Algorithms.Merging.Permutations;
using Distributed.Algorithms.Tensors;
using Distributed.Algorithms.Tests.Vectors;
using Xunit;

namespace Distributed.Algorithms.Tests.Merging.Matching;

public class MatchingVectorTests
{
    private static readonly WeightMatchingOptions InOrder = new() { Order = VisitOrder.Specification };

    [Fact]
    public void ActivationMatching_Vectors_AgreeWholeAndInChunks()
    {
        foreach (var c in VectorFile.Whole("merging", "activation_matching"))
        {
            var units = (int)c.Shape("za")[1];
            var (a, b) = (c.Vector("za"), c.Vector("zb"));
            var whole = new ActivationStatistics(units);
            whole.Add(a, b);
            var (chunked, merged, at) = (new ActivationStatistics(units), new ActivationStatistics(units), 0);
            foreach (var samples in c.Ints("chunks"))
            {
                var block = new Range(at * units, (at + samples) * units);
                var node = new ActivationStatistics(units);
                node.Add(a[block], b[block]);
                merged.Merge(node);
                chunked.Add(a[block], b[block]);
                at += samples;
            }
            Assert.Equal(whole.Count, at);
            foreach (var statistics in new[] { whole, chunked, merged })
            {
                Check(c, "inner", statistics, ActivationSimilarity.Inner);
                Check(c, "corr", statistics, ActivationSimilarity.Correlation);
            }
        }
    }

    [Fact]
    public void MergeMany_Vectors_Agree()
    {
        foreach (var c in VectorFile.Whole("merging", "merge_many"))
        {
            var spec = PermutationSpecJson.Parse(c.Json["spec"]);
            var models = Models(c, "models");
            var merged = MergeMany.Run(spec, models, new MergeManyOptions { IsRandom = false, Matching = InOrder });
            Assert.True(merged.IsConverged);
            Assert.Equal(c.Int("sweeps"), merged.Sweeps);
            c.Near(c.Model("merged"), merged.Merged, "merged");
            c.Near(c.Number("spread_before"), merged.SpreadBefore, "spread before");
            c.Near(c.Number("spread_after"), merged.Spread, "spread after");
            Assert.All(merged.Visits, visit => Assert.True(visit.Distance <= visit.DistanceBefore));

            var origin = StoredModel.Of(c.Model("base"));
            c.Near(c.Number("distance_base_naive"), Distance(origin, Mean(models, [1, 1, 1, 1])), "distance of the plain mean");
            var aligned = merged.Merged;
            ReferenceAlignment.Align(spec, origin, aligned);
            c.Near(c.Number("distance_base_merged_realigned"), Distance(origin, aligned), "distance of the merged model");
        }
    }

    [Fact]
    public void FederatedRebasin_Vectors_Agree()
    {
        foreach (var c in VectorFile.Whole("merging", "federated_rebasin"))
        {
            var spec = PermutationSpecJson.Parse(c.Json["spec"]);
            var (reference, clients, samples) = (StoredModel.Of(c.Model("global")), Models(c, "clients"), c.Vector("samples"));
            c.Near(c.Model("naive"), Mean(clients, samples), "plain mean");
            c.Near(c.Number("distance_naive"), Distance(reference, Mean(clients, samples)), "distance of the plain mean");
            for (var k = 0; k < clients.Count; k++)
            {
                var match = ReferenceAlignment.Align(spec, reference, (TensorSet)clients[k].Data);
                Assert.Equal(PermutationSpecJson.ParsePermutations(c.Json["permutations"]![k]), match.Permutations);
            }
            c.Near(c.Model("aggregate"), Mean(clients, samples), "aggregate");
            c.Near(c.Number("distance_aggregate"), Distance(reference, Mean(clients, samples)), "distance of the aggregate");
        }
    }

    [Fact]
    public void BarrierCurve_Vectors_Agree()
    {
        foreach (var file in VectorFile.Whole("merging", "repair").Where(file => file.Has("barriers")))
        {
            foreach (var c in file.All("barriers"))
            {
                var curve = new BarrierCurve([.. c.Vector("lambda")], [.. c.Vector("loss")]);
                c.Near(c.Number("barrier_endpoint_mean"), curve.EndpointMeanBarrier, "against the mean of the ends");
                c.Near(c.Number("barrier_linear"), curve.LinearBarrier, "against the line");
            }
        }
    }

    private static void Check(VectorCase c, string kind, ActivationStatistics statistics, ActivationSimilarity similarity)
    {
        var expected = c.At(kind);
        c.Near(expected.Vector("matrix"), [.. statistics.Similarity(similarity)], kind);
        var manifest = new TensorManifest([new("w", TensorDType.F64, [statistics.Units])]);
        var match = ActivationMatching.Run(
            new PermutationSpec([TensorAxes.Of("w", "P")]), manifest, new Dictionary<string, ActivationStatistics> { ["P"] = statistics }, similarity);
        Assert.Equal(expected.Ints("match"), match.Permutations["P"]);
        c.Near(expected.Number("objective"), match.Objectives["P"], kind);
    }

    private static List<StoredModel> Models(VectorCase c, string field) =>
        [.. c.Json[field]!.AsArray().Select((model, k) => StoredModel.Of(new VectorCase("", new System.Text.Json.Nodes.JsonObject { ["m"] = model!.DeepClone() }, 0, 0).Model("m"), $"model {k}"))];

    private static TensorSet Mean(IReadOnlyList<StoredModel> models, double[] weights) => Tests.Models.Run(
        "fedavg", new FedAvgParameters(), Tests.Models.Round([.. models.Select(m => (TensorSet)m.Data)], weights)).Model;

    private static double Distance(StoredModel one, TensorSet other) => Math.Sqrt(
        ((TensorSet)one.Data).Doubles().Zip(other.Doubles(), (a, b) => (a - b) * (a - b)).Sum());
}
