namespace Distributed.Collectives.Groups;

/// <summary>How the ranks' elements become one: in a fixed order, so that the same input gives the same bits on every rank and in every run. Inside one host it is that of the ranks.</summary>
public enum Reduction
{
    /// <summary>The sum.</summary>
    Sum,

    /// <summary>The sum divided by the number of ranks; not for integers.</summary>
    Mean,

    /// <summary>The largest; NaN where any is NaN.</summary>
    Max,

    /// <summary>The smallest; NaN where any is NaN.</summary>
    Min,
}
