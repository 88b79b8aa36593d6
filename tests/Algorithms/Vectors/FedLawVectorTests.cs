using System.Text.Json.Nodes;
using Distributed.Algorithms.Aggregation;
using Distributed.Algorithms.Tensors;
using Xunit;

namespace Distributed.Algorithms.Tests.Vectors;

public class FedLawVectorTests
{
    public static TheoryData<string> Tasks => ["gradient", "steps", "two_stage"];

    [Theory]
    [MemberData(nameof(Tasks))]
    public void FedLaw_Vectors_Agree(string task)
    {
        foreach (var c in VectorFile.Cases("federated", "fedlaw").Where(c => c.Text("task") == task))
        {
            if (task == "gradient") Gradient(c);
            else Learning(c, task == "two_stage");
        }
    }

    private static void Gradient(VectorCase c)
    {
        var weights = FedLawWeights.From(Kind(c), c.Vector("theta"));
        c.Near(c.Vector("lambda"), weights.Lambda, "lambda");
        c.Near((double)c.Json["gamma"]!, weights.Gamma, "gamma");

        var objective = SoftmaxRegression.Of(c);
        var mixture = FedLawMixture.Open(Round(c, objective), default);
        var (loss, onUpdates, onReference) = mixture.Evaluate(0, weights.Gamma, weights.Lambda);
        c.Near((double)c.Json["loss"]!, loss, "loss");
        c.Near(c.Vector("expected"), weights.Gradient(onUpdates, onReference), "gradient");
    }

    private static void Learning(VectorCase c, bool twoStage)
    {
        var expected = c.Json["expected"]!;
        var parameters = new FedLawParameters
        {
            Parametrisation = Kind(c),
            Optimiser = c.Text("optimiser") == "sgd" ? FedLawOptimiser.Sgd : FedLawOptimiser.Adam,
            LearningRate = (double)c.Json["lr"]!,
            ServerEpochs = c.Int("epochs"),
            Learn = twoStage ? FedLawLearn.TwoStage
                : c.Text("free") switch { "gamma" => FedLawLearn.Gamma, "lambda" => FedLawLearn.Lambda, _ => FedLawLearn.Joint },
        };
        var input = Round(c, SoftmaxRegression.Of(c));
        var sizes = c.Vector("sizes");
        var learner = new FedLawLearner(parameters, [.. sizes.Select(n => n / sizes.Sum())]);
        var weights = learner.Run(FedLawMixture.Open(input, default));
        c.Near(VectorCase.Numbers(expected["lambda"]!), weights.Lambda, "lambda");
        c.Near((double)expected["gamma"]!, weights.Gamma, "gamma");
        if (expected["averaged"] is { } averaged) Assert.Equal((int)averaged, learner.Averaged);
        if (expected["lambda_rates"] is { } rates)
        {
            var perEpoch = VectorCase.Numbers(rates);
            c.Near(perEpoch, [.. learner.Trace.Chunk(((SoftmaxRegression)input.Proxy!).BatchCount).Take(perEpoch.Length).Select(e => e[0].Rate)], "rates");
        }
        if (expected["trace"] is { } trace) Trace(c, Kind(c), trace.AsArray(), learner.Trace);
        if (expected["model"] is { } model) WholeRound(c, input, parameters, VectorCase.Numbers(model));
    }

    private static void Trace(VectorCase c, FedLawParametrisation kind, JsonArray trace, IReadOnlyList<FedLawStep> steps)
    {
        foreach (var (want, got) in trace.Zip(steps.Skip(steps.Count - trace.Count)))
        {
            c.Near((double)want!["loss"]!, got.Loss, "trace loss");
            c.Near(VectorCase.Numbers(want["grad"]!), got.Gradient, "trace gradient");
            c.Near(VectorCase.Numbers(want["theta"]!), got.Theta, "trace theta");
            c.Near(VectorCase.Numbers(want["lambda"]!), FedLawWeights.From(kind, got.Theta).Lambda, "trace lambda");
            c.Near((double)want["gamma"]!, FedLawWeights.From(kind, got.Theta).Gamma, "trace gamma");
        }
    }

    /// <summary>The same through the aggregator; where the learned weights do worse than the average it falls back, and says so.</summary>
    private static void WholeRound(VectorCase c, AggregationInput input, FedLawParameters parameters, double[] expected)
    {
        var (report, model) = Models.Run("fedlaw", parameters with { FallbackTolerance = double.MaxValue }, input);
        Assert.Equal(AggregateOutcome.Updated, report.Outcome);
        c.Near(expected, model.Doubles(), "model");
        c.Near((double)c.Json["expected"]!["gamma"]!, report.Metrics["gamma"], "reported gamma");
    }

    private static AggregationInput Round(VectorCase c, SoftmaxRegression objective)
    {
        var models = c.Rows("models").Select(m => Models.Of(m)).ToList();
        // Any reference gives the same numbers; one in their midst is what a round has.
        var reference = Models.Of([.. models[0].Doubles().Select((x, i) => (x + models[^1].Doubles()[i]) / 2)]);
        return Models.Round(models, c.Vector("sizes"), reference) with { Proxy = objective };
    }

    private static FedLawParametrisation Kind(VectorCase c) =>
        c.Text("kind") == "quad" ? FedLawParametrisation.Quad : FedLawParametrisation.Exp;
}
