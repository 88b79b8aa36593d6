namespace OwnModel;

/// <summary>
/// Windows cut from the series of some stations: what a station measured last, and what it measured a little later. Every node draws the same numbers from the
/// run's seed. Data of your own would be read from files here; each node then reads its own folder (<c>dist node --data-path DIR</c>).
/// </summary>
internal sealed class OscillatorData
{
    /// <summary>Values that a forecast is made from.</summary>
    public const int Window = 24;

    private const int WarmUp = 200;
    private const double Damping = 0.98;

    private OscillatorData(int count) => (Inputs, Targets, Stations) = (new float[count * Window], new float[count], new int[count]);

    /// <summary>Shape [count, <see cref="Window"/>], row by row.</summary>
    public float[] Inputs { get; }

    /// <summary>The value to be forecast, one for each row.</summary>
    public float[] Targets { get; }

    /// <summary>The station that each row is from.</summary>
    public int[] Stations { get; }

    /// <summary>Draws the examples; test examples are later in time than all training examples.</summary>
    public static (OscillatorData Train, OscillatorData Test) Draw(OscillatorParameters parameters, int seed, int train, int test)
    {
        var (forTraining, forTest) = (new OscillatorData(train), new OscillatorData(test));
        for (var station = 0; station < parameters.Stations; station++)
        {
            var (mine, later) = (Share(train, station, parameters.Stations), Share(test, station, parameters.Stations));
            var series = Series(seed, station, mine.Count + later.Count + Window + parameters.Ahead);
            forTraining.Cut(series, 0, mine.Start, mine.Count, station, parameters.Ahead);
            forTest.Cut(series, mine.Count, later.Start, later.Count, station, parameters.Ahead);
        }

        return (forTraining, forTest);
    }

    private static (int Start, int Count) Share(int total, int part, int parts)
    {
        var start = (int)((long)total * part / parts);
        return (start, (int)((long)total * (part + 1) / parts) - start);
    }

    // An oscillator that noise keeps going. Sums and products only: sines may differ in the last bit from machine to machine, and every node must draw the same.
    private static float[] Series(int seed, int station, int length)
    {
        var random = new Random(unchecked((seed * 1_000_003) + station));
        var (rhythm, loudness) = (1.5 + (0.45 * random.NextDouble()), 0.05 + (0.1 * random.NextDouble()));
        var (before, last) = (0.0, 0.0);
        var series = new float[length];
        for (var t = -WarmUp; t < length; t++)
        {
            (before, last) = (last, (rhythm * last) - (Damping * before) + (loudness * ((2 * random.NextDouble()) - 1)));
            if (t >= 0)
            {
                series[t] = (float)last;
            }
        }

        return series;
    }

    private void Cut(float[] series, int from, int row, int count, int station, int ahead)
    {
        for (var i = 0; i < count; i++, row++)
        {
            series.AsSpan(from + i, Window).CopyTo(Inputs.AsSpan(row * Window));
            Targets[row] = series[from + i + Window + ahead - 1];
            Stations[row] = station;
        }
    }
}
