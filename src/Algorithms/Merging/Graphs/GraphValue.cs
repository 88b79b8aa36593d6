namespace Distributed.Algorithms.Merging.Graphs;

/// <summary>
/// A value of one sample, row-major: a map has its channels on the first axis, positions behind them; anything else (a vector, a sequence)
/// its units on the last.
/// </summary>
internal sealed record GraphValue(double[] Data, int[] Shape, bool IsMap)
{
    public int Channels => IsMap ? Shape[0] : Shape[^1];

    /// <summary>Positions of each channel.</summary>
    public int Positions => Data.Length / Channels;

    public int Place(int channel, int position) => IsMap ? (channel * Positions) + position : (position * Channels) + channel;

    public GraphValue With(double[] data) => this with { Data = data };

    /// <summary>A value of other channels at the same positions.</summary>
    public GraphValue Reshaped(int channels) => IsMap
        ? new GraphValue(new double[channels * Positions], [channels, .. Shape[1..]], IsMap: true)
        : new GraphValue(new double[channels * Positions], [.. Shape[..^1], channels], IsMap: false);
}
