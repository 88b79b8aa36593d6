using Distributed.Algorithms.Aggregation;
using Distributed.Algorithms.Tensors;
using Xunit;

namespace Distributed.Algorithms.Tests.Vectors;

public class WeightedAverageVectorTests
{
    [Fact]
    public void FedAvg_Vectors_Agree()
    {
        foreach (var c in VectorFile.Cases("federated", "weighted_average"))
        {
            var weights = c.Vector("weights");
            var updates = c.Rows("updates").Select(u => Models.Of(u)).ToList();
            var rejected = Enumerable.Range(0, updates.Count).Where(i => FiniteScanner.Scan(updates[i].Manifest, updates[i]) is not null).ToList();
            Assert.Equal(c.Has("rejected") ? c.Vector("rejected").Select(r => (int)r) : [], rejected);

            var manifest = updates.Count > 0 ? updates[0].Manifest : Models.Of([0.0]).Manifest;
            var input = Models.Round(updates, weights, manifest: manifest);
            var (report, model) = Models.Run("fedavg", new FedAvgParameters(), input with
            {
                Updates = [.. input.Updates.Where((_, i) => !rejected.Contains(i))],
            });
            if (c.Has("expected_error"))
            {
                Assert.NotEqual(AggregateOutcome.Updated, report.Outcome);
                Assert.Contains(c.Text("expected_error")!, report.Reason, StringComparison.Ordinal);
                continue;
            }
            Assert.Equal(AggregateOutcome.Updated, report.Outcome);
            c.Near(c.Vector("expected"), model.Doubles(), "model");
        }
    }
}
