using System.Text.Json.Nodes;
using Distributed.Algorithms.Merging;
using Distributed.Algorithms.Tensors;
using Distributed.Node.Merging;
using Distributed.Node.Models;

namespace Distributed.Cli.Merging;

/// <summary>
/// The share of the old model in backward-compatible interpolation, chosen on the run's test examples: as much of it as the accuracy of the new model allows.
/// </summary>
/// <param name="Alpha">The share.</param>
/// <param name="Curve">Accuracy and flips for each share that was tried.</param>
internal sealed record FlipChoice(double Alpha, IReadOnlyList<FlipPoint> Curve)
{
    private const int Steps = 20;

    /// <summary>Chooses.</summary>
    /// <param name="probe">What runs the models.</param>
    /// <param name="old">The old model.</param>
    /// <param name="recent">The new one.</param>
    /// <param name="cancellation">Stops the work.</param>
    public static FlipChoice Of(ModelProbe probe, TensorSet old, TensorSet recent, CancellationToken cancellation)
    {
        var before = Answers(probe, old, cancellation);
        // What matters is right or wrong, so that is what is compared in place of classes.
        var right = Enumerable.Repeat(1, before.Length).ToArray();
        FlipPoint[] curve = [.. Enumerable.Range(0, Steps + 1).Select(step => (double)step / Steps).Select(alpha => FlipCurve.Measure(
            alpha, right, before, Answers(probe, ModelMix.Of([old, recent], [alpha, 1 - alpha], cancellation), cancellation)))];
        return new(FlipCurve.Choose(curve).Alpha, curve);
    }

    /// <summary>The curve for programs.</summary>
    public JsonObject ToJson() => new()
    {
        ["alpha"] = Alpha,
        ["curve"] = new JsonArray([.. Curve.Select(point => (JsonNode)new JsonObject
        {
            ["alpha"] = point.Alpha, ["accuracy"] = point.Accuracy, ["negativeFlips"] = point.NegativeFlips, ["positiveFlips"] = point.PositiveFlips,
        })]),
    };

    private static int[] Answers(ModelProbe probe, TensorSet model, CancellationToken cancellation) =>
        [.. probe.Answers(model, Split.Test, cancellation).Select(correct => correct ? 1 : 0)];
}
