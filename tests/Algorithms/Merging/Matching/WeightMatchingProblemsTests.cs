using System.Collections.Immutable;
using Distributed.Algorithms.Merging;
using Distributed.Algorithms.Merging.Matching;
using Distributed.Algorithms.Merging.Permutations;
using Xunit;

namespace Distributed.Algorithms.Tests.Merging.Matching;

public class WeightMatchingProblemsTests
{
    private static readonly PlantedModels Planted = new(11, [12, 20, 17, 25, 9, 5]);

    [Fact]
    public void Problems_ModelsThatDoNotMatch_NameTheTensor()
    {
        var model = Planted.Copy();
        model.Values<double>("l2.bias")[1] = double.NaN;
        Assert.Contains("'l2.bias' of 'model' holds NaN", Problems(StoredModel.Of(model)), StringComparison.Ordinal);

        var narrow = new PlantedModels(1, [12, 20, 17, 25, 8, 5]);
        Assert.Contains("'l4.weight' is F64[9, 25] in 'reference' and F64[8, 25]", Problems(narrow.Model), StringComparison.Ordinal);
        var shallow = new PlantedModels(1, [12, 20, 17, 25, 9]);
        Assert.Contains("'l5.weight' of 'reference' is missing in 'model'", Problems(shallow.Model), StringComparison.Ordinal);
        Assert.Contains("'l6.weight' of 'model' is missing in 'reference'", Problems(new PlantedModels(1, [12, 20, 17, 25, 9, 5, 5]).Model), StringComparison.Ordinal);

        Assert.Contains("Tensor 'nothing', which is excluded or weighted", Problems(Planted.Model, new() { Excluded = ["nothing"] }), StringComparison.Ordinal);
        Assert.Contains("weight of tensor 'l1.bias' is -1", Problems(Planted.Model, new() { Weights = ImmutableDictionary<string, double>.Empty.Add("l1.bias", -1) }), StringComparison.Ordinal);
        Assert.Contains("needs a Clock", Problems(Planted.Model, new() { AssignmentTimeLimit = TimeSpan.FromSeconds(1) }), StringComparison.Ordinal);
        Assert.Contains("MaxSweeps is 0", Problems(Planted.Model, new() { MaxSweeps = 0 }), StringComparison.Ordinal);
        Assert.Contains("no permutation 'P0'", Problems(Planted.Model, new() { WarmStart = new UnitPermutations([]) }), StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => WeightMatching.Run(Planted.Spec, Planted.Reference, narrow.Model));
    }

    private static string Problems(StoredModel model, WeightMatchingOptions? options = null) =>
        string.Join(" ", WeightMatching.Problems(Planted.Spec, Planted.Reference, model, options));
}
