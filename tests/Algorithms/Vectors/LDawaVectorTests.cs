using System.Text.Json.Nodes;
using Distributed.Algorithms.Aggregation;
using Distributed.Algorithms.Tensors;
using Xunit;

namespace Distributed.Algorithms.Tests.Vectors;

public class LDawaVectorTests
{
    [Fact]
    public void LDawa_Vectors_Agree()
    {
        foreach (var c in VectorFile.Cases("federated", "ldawa"))
        {
            var reference = Model(c.Json["global"]!);
            var clients = c.Json["clients"]!.AsArray().Select(k => Model(k!)).ToList();
            var weights = c.Has("weights") ? c.Vector("weights") : [.. clients.Select(_ => 1.0)];
            var (report, model) = Models.Run("ldawa", new LDawaParameters
            {
                WarmupRounds = 0,
                Scope = c.Text("scope") == "model" ? LDawaScope.Model : LDawaScope.Layer,
                Weights = c.Has("weights") ? LDawaWeights.Examples : LDawaWeights.Uniform,
                SkipBuffers = false,
            }, Models.Round(clients, weights, reference));
            Assert.Equal(AggregateOutcome.Updated, report.Outcome);
            c.Near(c.Vector("expected"), model.Doubles(), "model");
            for (var k = 0; k < clients.Count; k++)
                c.Near(c.Rows("cosines")[k], report.Factors!.OfClient(k).ToArray(), $"cosines of client {k}");
        }
    }

    private static TensorSet Model(JsonNode tensors)
    {
        var set = new TensorSet(new TensorManifest(tensors.AsArray().Select(
            (t, i) => new TensorEntry($"t{i}", TensorDType.F64, [.. VectorCase.Shape(t!)]))));
        for (var i = 0; i < tensors.AsArray().Count; i++) VectorCase.Numbers(tensors[i]!).CopyTo(set.Values<double>($"t{i}"));
        return set;
    }
}
