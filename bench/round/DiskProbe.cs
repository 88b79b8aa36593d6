using System.Diagnostics;
using MathNet.Numerics.Statistics;

namespace Distributed.Bench.Round;

/// <summary>What the disk itself takes: the median of write-then-fsync of a fresh file, against which the durable column must be read.</summary>
internal static class DiskProbe
{
    public static double MedianFsyncMilliseconds(string folder, int bytes, int repetitions)
    {
        var data = new byte[bytes];
        Random.Shared.NextBytes(data);
        var times = new List<double>();
        for (var i = 0; i < repetitions; i++)
        {
            var path = Path.Combine(folder, $"probe-{i}");
            using (var file = new FileStream(path, FileMode.CreateNew, FileAccess.Write, FileShare.None, bufferSize: 0))
            {
                file.Write(data);
                var start = Stopwatch.GetTimestamp();
                file.Flush(flushToDisk: true);
                times.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
            }

            File.Delete(path);
        }

        return times.Median();
    }
}
