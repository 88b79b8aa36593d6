using Distributed.Algorithms.Aggregation;
using Xunit;

namespace Distributed.Algorithms.Tests.Vectors;

public class CoherenceVectorTests
{
    [Fact]
    public void Coherence_Vectors_Agree()
    {
        foreach (var c in VectorFile.Cases("federated", "coherence"))
        {
            var deltas = c.Rows("deltas");
            var input = Models.Round([.. deltas.Select(d => Models.Of(d))], [.. deltas.Select(_ => 1.0)]);
            c.Near(VectorCase.Numbers(c.Json["pairwise"]!), [.. Coherence.Pairwise(input).Cast<double>()], "pairwise");
            c.Near((double)c.Json["expected"]!, Coherence.Measure(input), "mean");
        }
    }
}
