using System.Globalization;

namespace Grpc.Shared;

// grpc-timeout: at most eight digits and a unit.
internal static class WireTimeout
{
    private const long MaxDigits = 99_999_999;

    private static readonly (char Unit, long Ticks)[] _units =
    [
        ('u', TimeSpan.TicksPerMicrosecond),
        ('m', TimeSpan.TicksPerMillisecond),
        ('S', TimeSpan.TicksPerSecond),
        ('M', TimeSpan.TicksPerMinute),
        ('H', TimeSpan.TicksPerHour),
    ];

    // Rounded up in the finest unit that holds it, so that the server never gives up before the client.
    public static string Encode(TimeSpan timeout)
    {
        foreach (var (unit, ticks) in _units)
        {
            var count = (timeout.Ticks / ticks) + (timeout.Ticks % ticks > 0 ? 1 : 0);
            if (count <= MaxDigits)
                return string.Create(CultureInfo.InvariantCulture, $"{Math.Max(count, 1)}{unit}");
        }

        return string.Create(CultureInfo.InvariantCulture, $"{MaxDigits}H");
    }

    public static bool TryDecode(string? text, out TimeSpan timeout)
    {
        timeout = default;
        if (text is not { Length: >= 2 and <= 9 }
            || !long.TryParse(text.AsSpan(0, text.Length - 1), NumberStyles.None, CultureInfo.InvariantCulture, out var count))
            return false;
        if (text[^1] == 'n')
        {
            timeout = TimeSpan.FromTicks(count / TimeSpan.NanosecondsPerTick);
            return true;
        }

        foreach (var (unit, ticks) in _units)
        {
            if (text[^1] != unit)
                continue;
            timeout = TimeSpan.FromTicks(count * ticks);
            return true;
        }

        return false;
    }
}
