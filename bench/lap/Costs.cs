using System.Numerics.Tensors;

namespace Distributed.Bench.Lap;

/// <summary>Matrices to be assigned so that the sum is largest; the same for the same seed.</summary>
internal static class Costs
{
    internal static readonly string[] Kinds = ["planted", "gram", "uniform", "correlated", "rank-one", "rank-one-noise"];

    private const int Features = 256;
    private const int Factors = 16;

    internal static double[] Create(string kind, int size, int seed)
    {
        var random = new Random(seed);
        return kind switch
        {
            // Units of a network beside those of a permuted copy with noise.
            "planted" => Planted(random, size),
            // Units of two networks that have nothing in common.
            "gram" => Products(Gaussians(random, size * Features), Gaussians(random, size * Features), size, Features),
            "uniform" => Fill(size * size, random.NextDouble),
            // Units that all mix the same few factors: two networks that were trained on the same data.
            "correlated" => Products(Gaussians(random, size * Factors), Gaussians(random, size * Factors), size, Factors),
            // The product of two vectors: the best matching sorts both.
            "rank-one" => Products(Gaussians(random, size), Gaussians(random, size), size, 1),
            "rank-one-noise" => Noise(random, Products(Gaussians(random, size), Gaussians(random, size), size, 1), 0.01),
            _ => throw new ArgumentException($"no kind '{kind}': {string.Join(", ", Kinds)}"),
        };
    }

    private static double[] Noise(Random random, double[] values, double scale)
    {
        for (var k = 0; k < values.Length; k++) values[k] += scale * Gaussian(random);
        return values;
    }

    private static double[] Planted(Random random, int size)
    {
        var a = Gaussians(random, size * Features);
        var order = Enumerable.Range(0, size).ToArray();
        random.Shuffle(order);
        var b = new double[a.Length];
        for (var i = 0; i < size; i++)
        {
            for (var k = 0; k < Features; k++) b[(order[i] * Features) + k] = a[(i * Features) + k] + (0.3 * Gaussian(random));
        }
        return Products(a, b, size, Features);
    }

    private static double[] Products(double[] a, double[] b, int size, int width)
    {
        var c = new double[size * size];
        Parallel.For(0, size, i =>
        {
            for (var j = 0; j < size; j++)
                c[(i * size) + j] = TensorPrimitives.Dot<double>(a.AsSpan(i * width, width), b.AsSpan(j * width, width));
        });
        return c;
    }

    private static double[] Gaussians(Random random, int count) => Fill(count, () => Gaussian(random));

    private static double Gaussian(Random random) =>
        Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());

    private static double[] Fill(int count, Func<double> next)
    {
        var values = new double[count];
        for (var k = 0; k < count; k++) values[k] = next();
        return values;
    }
}
