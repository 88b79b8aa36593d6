using System.Globalization;

namespace Distributed.Reports.Facts;

/// <summary>Numbers as people read them.</summary>
internal static class Figures
{
    private static readonly string[] ByteUnits = ["B", "KiB", "MiB", "GiB", "TiB"];

    /// <summary>What stands where nothing was measured.</summary>
    public const string Absent = "–";

    /// <summary>A place in a drawing: two digits at most.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It is no number, and would break the drawing.</exception>
    public static string Coordinate(double value) => double.IsFinite(value)
        ? value.ToString("0.##", CultureInfo.InvariantCulture)
        : throw new ArgumentOutOfRangeException(nameof(value), value, "A coordinate must be finite.");

    /// <summary>E.g. <c>1,024</c>.</summary>
    public static string Count(long value) => value.ToString("N0", CultureInfo.InvariantCulture);

    /// <summary>E.g. <c>1 round</c>, <c>1,024 rounds</c>.</summary>
    public static string Many(long count, string one) => $"{Count(count)} {one}{(count == 1 ? "" : "s")}";

    /// <summary>A share of one, e.g. <c>97.6 %</c>.</summary>
    public static string Percent(double? value) => value is { } share && double.IsFinite(share)
        ? (100 * share).ToString("0.##", CultureInfo.InvariantCulture) + " %"
        : Number(value);

    /// <summary>Four significant digits; very large and very small ones with a power of ten.</summary>
    public static string Number(double? value) => value switch
    {
        null => Absent,
        0 => "0",
        { } number when !double.IsFinite(number) => number.ToString(CultureInfo.InvariantCulture),
        { } number when Math.Abs(number) is >= 1e6 or < 1e-4 => number.ToString("0.###e0", CultureInfo.InvariantCulture),
        { } number => Rounded(number).ToString("#,0.#######", CultureInfo.InvariantCulture),
    };

    /// <summary>E.g. <c>0.48 s</c>, <c>2 min 5 s</c>, <c>1 h 3 min</c>.</summary>
    public static string Duration(double? seconds)
    {
        if (seconds is not { } value || !double.IsFinite(value) || value < 0)
        {
            return Absent;
        }

        if (value < 60)
        {
            return value.ToString(value < 10 ? "0.## 's'" : "0.# 's'", CultureInfo.InvariantCulture);
        }

        var whole = (long)Math.Round(value);
        return whole < 3600
            ? $"{whole / 60} min {whole % 60} s"
            : $"{Count(whole / 3600)} h {whole % 3600 / 60} min";
    }

    /// <summary>E.g. <c>7.8 MiB</c>.</summary>
    public static string Bytes(long bytes)
    {
        var (value, unit) = ((double)bytes, 0);
        while (value >= 1024 && unit < ByteUnits.Length - 1)
        {
            (value, unit) = (value / 1024, unit + 1);
        }

        return value.ToString(unit == 0 || value >= 100 ? "0 " : "0.# ", CultureInfo.InvariantCulture) + ByteUnits[unit];
    }

    /// <summary>E.g. <c>26 November 2026, 14:01 UTC</c>.</summary>
    public static string Time(DateTimeOffset time) => time.UtcDateTime.ToString("d MMMM yyyy, HH:mm 'UTC'", CultureInfo.InvariantCulture);

    /// <summary>At most <paramref name="length"/> characters; what is too long loses its middle.</summary>
    public static string Shortened(string text, int length) =>
        text.Length <= length ? text : $"{text[..((length - 1) / 2)]}…{text[^(length - 1 - ((length - 1) / 2))..]}";

    private static double Rounded(double number) =>
        Math.Round(number, Math.Clamp(3 - (int)Math.Floor(Math.Log10(Math.Abs(number))), 0, 15));
}
