using Distributed.Node.Data.Images;

namespace Distributed.Node.Data.Glyphs;

/// <summary><c>glyphs</c>: images drawn from the seed, so that a fresh machine has data without a download. 4,000 to train, 1,000 to test unless asked otherwise.</summary>
internal sealed class GlyphSource : IDataSource
{
    private const int DefaultTrain = 4000;
    private const int DefaultTest = 1000;
    private const int MaximumExamples = 500_000;

    public string Name => "glyphs";

    public bool NeedsPath => false;

    public Dataset? Load(DataRequest request, ICollection<string> problems)
    {
        var (train, test) = (request.Train ?? DefaultTrain, request.Test ?? DefaultTest);
        if ((long)train + test > MaximumExamples)
        {
            problems.Add($"glyphs: {train} + {test} examples are more than the {MaximumExamples} that fit in memory; lower data.train or data.test.");
            return null;
        }

        return new Dataset(Draw(request.Seed, 0, train), Draw(request.Seed, train, test), GlyphAlphabet.Classes);
    }

    private static ImageSet Draw(int seed, int first, int count)
    {
        var shape = new ImageShape(1, GlyphPainter.Side, GlyphPainter.Side);
        var pixels = new float[count * shape.Features];
        var labels = new int[count];
        Parallel.For(0, count, i => labels[i] = GlyphPainter.Paint(seed, first + i, pixels.AsSpan(i * shape.Features, shape.Features)));
        return new ImageSet(shape, pixels, labels);
    }
}
