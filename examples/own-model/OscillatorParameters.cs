using System.ComponentModel.DataAnnotations;

namespace OwnModel;

/// <summary>The keys beside <c>name</c> under <c>model</c> in a run file. Ranges are checked, unknown keys are errors, what is left out has these defaults.</summary>
public sealed record OscillatorParameters
{
    /// <summary>Width of the hidden layer.</summary>
    [Range(1, 4096)]
    public int Hidden { get; init; } = 32;

    /// <summary>How many steps ahead the forecast is for.</summary>
    [Range(1, 24)]
    public int Ahead { get; init; } = 3;

    /// <summary>Number of stations that measure; each has a rhythm of its own.</summary>
    [Range(1, 1000)]
    public int Stations { get; init; } = 8;
}
