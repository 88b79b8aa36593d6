using TorchSharp.Native;

namespace TorchSharp.Modules;

/// <summary>
/// The step of Adam and AdamW over whole lists, in the order of operations of python's single-tensor version, so that the bits agree.
/// </summary>
internal static class FusedAdam
{
    internal readonly record struct Settings(
        double LearningRate, double Beta1, double Beta2, double Epsilon, double WeightDecay, bool Decoupled, bool Maximize);

    internal static void Step(FusedGroup group, Settings s)
    {
        foreach (var before in group.Batches(states: 2))
        {
            if (s.WeightDecay != 0 && s.Decoupled)
                Op.Run(Ops.EachMulScalar, [group.Trained, 1 - s.LearningRate * s.WeightDecay]);
            using var direction = new FusedDirection(group);
            if (s.Maximize)
                direction.Negate();
            if (s.WeightDecay != 0 && !s.Decoupled)
                direction.Add(group.Trained, s.WeightDecay);
            Update(group, direction.Current, before + 1, s);
        }
    }

    private static void Update(FusedGroup group, HandleList gradient, long count, Settings s)
    {
        var (mean, square) = (group.State[0], group.State[1]);
        Op.Run(Ops.EachMulScalar, [mean, s.Beta1]);
        Op.Run(Ops.EachAdd, [mean, gradient, 1 - s.Beta1]);
        Op.Run(Ops.EachMulScalar, [square, s.Beta2]);
        Op.Run(Ops.EachAddcmul, [square, gradient, gradient, 1 - s.Beta2]);
        using var denominator = new HandleList(owns: true);
        Op.CallInto(denominator, Ops.EachSqrt, [square]);
        Op.Run(Ops.EachDivScalar, [denominator, Math.Sqrt(1 - Math.Pow(s.Beta2, count))]);
        Op.Run(Ops.EachAddScalar, [denominator, s.Epsilon]);
        Op.Run(Ops.EachAddcdiv, [group.Trained, mean, denominator, -(s.LearningRate / (1 - Math.Pow(s.Beta1, count)))]);
    }
}
