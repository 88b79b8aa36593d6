using System.Collections.Immutable;
using Distributed.Algorithms.Merging.Matching;
using Distributed.Algorithms.Tensors;
using Distributed.Node.Merging;
using Distributed.Node.Models;

namespace Distributed.Cli.Merging;

/// <summary>Measures the straight line between two models.</summary>
/// <param name="probe">What runs the models.</param>
/// <param name="points">Points on the line, both ends included.</param>
/// <param name="cancellation">Looked at once a batch.</param>
internal sealed class SegmentLosses(ModelProbe probe, int points, CancellationToken cancellation)
{
    /// <summary>Loss and accuracy on both splits.</summary>
    /// <param name="name">Which line.</param>
    /// <param name="first">Where it begins.</param>
    /// <param name="second">Where it ends.</param>
    /// <param name="repair">How each mix is re-normalised; the ends stay as they are, but for a reset, which they get too.</param>
    /// <param name="notes">Receives the line that has no barrier because a loss on it is no number.</param>
    public IEnumerable<NamedBarrier> Measure(string name, TensorSet first, TensorSet second, RepairKind repair, ICollection<string> notes)
    {
        var positions = BarrierCurve.Spaced(points);
        var scores = positions.Select(t => Score(Mix(first, second, t, repair))).ToArray();
        if (scores.Any(score => !double.IsFinite(score.Train.Loss) || !double.IsFinite(score.Test.Loss)))
        {
            notes.Add($"the {name} line has no barrier: a loss on it is no finite number");
            return [];
        }

        NamedBarrier On(string split, Func<NamedScore, ProbeScore> pick) => new(
            name, split,
            new BarrierCurve(positions, [.. scores.Select(score => pick(score).Loss)]),
            new BarrierCurve(positions, [.. scores.Select(score => pick(score).Accuracy)]));
        return [On("train", score => score.Train), On("test", score => score.Test)];
    }

    /// <summary>Scores a model on both splits.</summary>
    public NamedScore Score(TensorSet model, string name = "") =>
        new(name, probe.Score(model, Split.Train, cancellation), probe.Score(model, Split.Test, cancellation));

    private TensorSet Mix(TensorSet first, TensorSet second, double t, RepairKind repair)
    {
        double[] shares = [1 - t, t];
        var mix = ModelMix.Of([first, second], shares, cancellation);
        return repair == RepairKind.None || (t is 0 or 1 && repair != RepairKind.Reset)
            ? mix
            : ProbeRepair.Run(probe, repair, mix, [first, second], shares, cancellation).Model;
    }
}
