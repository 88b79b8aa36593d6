namespace Distributed.Reports.Drawing;

/// <summary>A linear scale whose marks are round numbers.</summary>
internal sealed class Axis
{
    private Axis(double low, double high, double step) => (Low, High, Step) = (low, high, step);

    public double Low { get; }

    public double High { get; }

    public double Step { get; }

    /// <summary>Steps of 1, 2 or 5 times a power of ten, about <paramref name="marks"/> of them, that cover the values.</summary>
    /// <param name="low">Smallest value, finite.</param>
    /// <param name="high">Largest value, finite.</param>
    /// <param name="marks">Marks wished for.</param>
    /// <param name="whole">Whether only whole numbers make sense.</param>
    public static Axis Over(double low, double high, int marks = 4, bool whole = false)
    {
        if (high - low < 1e-12 * Math.Max(1, Math.Abs(high)))
        {
            var half = low == 0 ? 0.5 : Math.Abs(low) * 0.05;
            (low, high) = (low - half, high + half);
        }

        var raw = (high - low) / marks;
        var power = Math.Pow(10, Math.Floor(Math.Log10(raw)));
        var step = power * ((raw / power) switch { <= 1 => 1, <= 2 => 2, <= 5 => 5, _ => 10 });
        step = whole ? Math.Max(1, step) : step;
        return new(Math.Floor((low / step) + 1e-9) * step, Math.Ceiling((high / step) - 1e-9) * step, step);
    }

    /// <summary>0 for the low end, 1 for the high end.</summary>
    public double Place(double value) => (value - Low) / (High - Low);

    /// <summary>The marks, ascending.</summary>
    public IEnumerable<double> Marks()
    {
        for (var i = 0; i <= Math.Round((High - Low) / Step); i++)
        {
            // 3 x 0.1 is not 0.3.
            yield return Math.Round(Low + (i * Step), 12);
        }
    }
}
