using System.Diagnostics;
using System.Globalization;

namespace Distributed.Bench.Step;

/// <summary>A contender's side of the bench: reads how many steps to do, line by line, and answers with the seconds that they took.</summary>
internal sealed class Blocks(TextReader input, TextWriter output)
{
    private int left;
    private int steps;
    private long started;

    /// <summary>Whether no more are asked for.</summary>
    public bool Ended { get; private set; }

    /// <summary>Called before each step.</summary>
    /// <returns>Whether there is one more to do.</returns>
    public bool Next()
    {
        if (left == 0 && !Begin())
        {
            return false;
        }

        left--;
        return true;
    }

    private bool Begin()
    {
        if (steps > 0)
        {
            output.WriteLine(Stopwatch.GetElapsedTime(started).TotalSeconds.ToString(CultureInfo.InvariantCulture));
            output.Flush();
        }

        steps = left = int.TryParse(input.ReadLine(), CultureInfo.InvariantCulture, out var asked) ? asked : 0;
        started = Stopwatch.GetTimestamp();
        Ended = steps == 0;
        return !Ended;
    }
}
