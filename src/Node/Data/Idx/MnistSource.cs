using System.Diagnostics.CodeAnalysis;
using Distributed.Node.Data.Images;

namespace Distributed.Node.Data.Idx;

/// <summary>
/// <c>mnist</c>: the four IDX files under their usual names, compressed or not, in <c>data.path</c>. A folder with the t10k files alone is taken too: its
/// examples are then split by <c>data.train</c> and <c>data.test</c>, by default the last fifth for testing.
/// </summary>
internal sealed class MnistSource : IDataSource
{
    private const int Classes = 10;

    // Mean and standard deviation of the training pixels: the constants that everyone uses.
    private const float Mean = 0.1307f;
    private const float Deviation = 0.3081f;

    public string Name => "mnist";

    public bool NeedsPath => true;

    public Dataset? Load(DataRequest request, ICollection<string> problems)
    {
        if (request.Path is not { Length: > 0 } folder || !Directory.Exists(folder))
        {
            problems.Add($"{request.Path ?? "data.path"}: no such folder; set data.path to the folder of the MNIST files.");
            return null;
        }

        try
        {
            return Load(folder, request);
        }
        catch (InvalidDataException error)
        {
            problems.Add(error.Message);
            return null;
        }
    }

    private static Dataset Load(string folder, DataRequest request)
    {
        if (TryFind(folder, "train", out var train))
        {
            var test = Find(folder, "t10k");
            var (all, held) = (Read(train), Read(test));
            RequireSameShape(all, train.Images, held, test.Images);
            return new Dataset(
                Slice(all, 0, Within(request.Train ?? all.Count, all.Count, "data.train", train.Images)),
                Last(held, Within(request.Test ?? held.Count, held.Count, "data.test", test.Images)),
                Classes);
        }

        var files = Find(folder, "t10k");
        var images = Read(files);
        var testCount = request.Test ?? Math.Max(1, request.Train is { } asked ? images.Count - asked : images.Count / 5);
        var trainCount = request.Train ?? images.Count - testCount;
        if (trainCount < 1 || testCount < 1 || (long)trainCount + testCount > images.Count)
        {
            throw new InvalidDataException(
                $"{files.Images}: has {images.Count} examples, not enough for data.train {trainCount} and data.test {testCount} apart");
        }

        return new Dataset(Slice(images, 0, trainCount), Last(images, testCount), Classes);
    }

    private static ImageSet Read((string Images, string Labels) files)
    {
        var images = IdxFile.Read(files.Images, rank: 3);
        var labels = IdxFile.Read(files.Labels, rank: 1);
        var count = images.Extents[0];
        if (count != labels.Extents[0])
        {
            throw new InvalidDataException($"{files.Images}: has {count} images, but {files.Labels} has {labels.Extents[0]} labels");
        }

        var shape = new ImageShape(1, images.Extents[1], images.Extents[2]);
        if (count == 0 || shape.Features == 0)
        {
            throw new InvalidDataException($"{files.Images}: holds no pixels ({count} images of {shape.Height} x {shape.Width})");
        }

        var wrong = Array.FindIndex(labels.Bytes, label => label >= Classes);
        if (wrong >= 0)
        {
            throw new InvalidDataException($"{files.Labels}: label {labels.Bytes[wrong]} of example {wrong} is out of range, expected 0 to {Classes - 1}");
        }

        return new ImageSet(shape, Normalise(images.Bytes), Array.ConvertAll(labels.Bytes, label => (int)label));
    }

    private static float[] Normalise(byte[] bytes)
    {
        var table = new float[256];
        for (var i = 0; i < table.Length; i++)
        {
            table[i] = ((i / 255f) - Mean) / Deviation;
        }

        return Array.ConvertAll(bytes, value => table[value]);
    }

    private static (string Images, string Labels) Find(string folder, string prefix) => TryFind(folder, prefix, out var files)
        ? files
        : throw new InvalidDataException(
            $"{Path.Combine(folder, prefix + "-images-idx3-ubyte")}[.gz]: is missing, or {prefix}-labels-idx1-ubyte[.gz] beside it is");

    private static bool TryFind(string folder, string prefix, [MaybeNullWhen(false)] out (string Images, string Labels) files)
    {
        files = default;
        var images = First(folder, prefix + "-images-idx3-ubyte");
        var labels = First(folder, prefix + "-labels-idx1-ubyte");
        if (images is null && labels is null)
        {
            return false;
        }

        // Half a pair is a mistake, not an absence.
        files = (images ?? throw Missing(folder, prefix + "-images-idx3-ubyte"), labels ?? throw Missing(folder, prefix + "-labels-idx1-ubyte"));
        return true;
    }

    // Some archive programs put a dot where the files have their last hyphen: t10k-images.idx3-ubyte.
    private static string? First(string folder, string name)
    {
        var dotted = name.Replace("-idx", ".idx", StringComparison.Ordinal);
        string[] spellings = [name, name + ".gz", dotted, dotted + ".gz"];
        return spellings.Select(file => Path.Combine(folder, file)).FirstOrDefault(File.Exists);
    }

    private static InvalidDataException Missing(string folder, string name) => new($"{Path.Combine(folder, name)}[.gz]: is missing");

    private static void RequireSameShape(ImageSet left, string leftFile, ImageSet right, string rightFile)
    {
        if (left.Shape != right.Shape)
        {
            throw new InvalidDataException(
                $"{rightFile}: images of {right.Shape.Height} x {right.Shape.Width}, but {leftFile} has {left.Shape.Height} x {left.Shape.Width}");
        }
    }

    private static int Within(int asked, int have, string key, string file) => asked <= have
        ? asked
        : throw new InvalidDataException($"{file}: has {have} examples, fewer than {key} {asked}");

    private static ImageSet Last(ImageSet set, int count) => Slice(set, set.Count - count, count);

    private static ImageSet Slice(ImageSet set, int first, int count) => count == set.Count ? set : new ImageSet(
        set.Shape,
        set.Pixels[(first * set.Shape.Features)..((first + count) * set.Shape.Features)],
        set.Labels[first..(first + count)]);
}
