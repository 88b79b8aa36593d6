using Distributed.Algorithms.Merging;
using Distributed.Algorithms.Merging.Matching;
using Distributed.Algorithms.Merging.Permutations;
using Xunit;

namespace Distributed.Algorithms.Tests.Merging.Matching;

public class StraightThroughTests
{
    private static readonly PermutationSpec Spec = new([TensorAxes.Of("w", "P")]);

    [Theory]
    // The free parameter starts at 1 and falls by 0.1 × half the gradient of 2 in each step: below the other's 0.35 behind seven steps. With
    // momentum 0.5 the steps are 0.1, 0.15, 0.175, 0.1875, …: behind five.
    [InlineData(0, 7)]
    [InlineData(0.5, 5)]
    public void Run_GradientThatPushesUnitsApart_ExchangesThemInThatStep(double momentum, int step)
    {
        var (a, b) = (Model(1, 0.35f), Model(1, 0));
        var found = StraightThrough.Run(
            Spec, a, b, (_, midpoint) => new LossGradient(1, Model(2, 0)), midpoint => midpoint.Values<float>("w")[0] > 0.9f ? 2 : 1,
            new StraightThroughOptions { Steps = 10, LearningRate = 0.1, Momentum = momentum, ValidateEvery = 1, EnoughLoss = 1.5 });
        Assert.Equal(step, found.Steps);
        Assert.Equal([1, 0], found.Permutations["P"].ToArray());
        Assert.Equal(1, found.Loss);
        Assert.Equal(Enumerable.Range(0, step + 1), found.Checks.Select(check => check.Step));
    }

    [Fact]
    public void Run_NothingBetter_KeepsTheBestAndEndsWithItsSteps()
    {
        var validations = 0;
        var found = StraightThrough.Run(
            Spec, Model(1, 0), Model(0, 1), (_, _) => new LossGradient(0.5, Model(1, -1)), _ => validations++,
            new StraightThroughOptions { Steps = 5, LearningRate = 10, ValidateEvery = 2 });
        Assert.Equal(5, found.Steps);
        Assert.Equal(0, found.Loss);
        Assert.Equal([1, 0], found.Permutations["P"].ToArray());
        Assert.Equal([0, 2, 4, 5], found.Checks.Select(check => check.Step));
        Assert.Equal(0.5, found.Checks[1].BatchLoss);
    }

    [Fact]
    public void Midpoint_IsHalfway() => Assert.Equal(
        [2f, 0.5f], StraightThrough.Midpoint(Spec, new UnitPermutations([new("P", [1, 0])]), Model(1, 1), Model(0, 3)).Values<float>("w").ToArray());

    [Fact]
    public void Run_GradientThatIsNoNumber_IsNamed() => Assert.Contains("'w'", Assert.Throws<ArithmeticException>(() => StraightThrough.Run(
        Spec, Model(1, 0), Model(0, 1), (_, _) => new LossGradient(1, Model(float.NaN, 0)), _ => 1)).Message, StringComparison.Ordinal);

    private static StoredModel Model(float first, float second) => StoredModel.Of(Models.Of([first, second]));
}
