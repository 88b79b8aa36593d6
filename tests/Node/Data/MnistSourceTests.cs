using Distributed.Node.Data.Idx;
using Distributed.Node.Data.Images;
using Xunit;

namespace Distributed.Node.Tests.Data;

public sealed class MnistSourceTests : IDisposable
{
    private readonly IdxFiles files = new();

    public void Dispose() => files.Dispose();

    [Fact]
    public void Load_TrainAndTestFiles_TakesThemAsTheyAre()
    {
        var (trainImages, trainLabels) = IdxFiles.Pair(20);
        var (testImages, testLabels) = IdxFiles.Pair(5);
        files.WithPair("train", trainImages, trainLabels).WithPair("t10k", testImages, testLabels);

        var data = Load(null, null)!;

        Assert.Equal((20, 5, 10), (data.Train.Count, data.Test.Count, data.Classes));
        Assert.Equal(new ImageShape(1, 4, 4), data.Shape);
        Assert.Equal((1 / 255f - 0.1307f) / 0.3081f, data.Train.Pixels[1], 6);
        Assert.Equal(7, data.Train.Labels[7]);
    }

    // As some archive programs unpack them.
    [Fact]
    public void Load_NamesWithADotForTheLastHyphen_AreFound()
    {
        var (images, labels) = IdxFiles.Pair(10);
        files.WithPair("t10k", images, labels);
        foreach (var path in Directory.GetFiles(files.Folder))
        {
            File.Move(path, path.Replace("-idx", ".idx", StringComparison.Ordinal));
        }

        Assert.Equal([7, 8, 9], Load(6, 3)!.Test.Labels);
    }

    [Fact]
    public void Load_TestFilesAlone_SplitsThemByIndex()
    {
        var (images, labels) = IdxFiles.Pair(10);
        files.WithPair("t10k", images, labels);

        var data = Load(6, 3)!;

        Assert.Equal([0, 1, 2, 3, 4, 5], data.Train.Labels);
        Assert.Equal([7, 8, 9], data.Test.Labels);
        Assert.Equal<int>([8, 9], Load(null, null)!.Test.Labels);
    }

    [Fact]
    public void Load_GzipUnderAnyName_IsSeenByItsFirstBytes()
    {
        var (images, labels) = IdxFiles.Pair(10);
        files.With("t10k-images-idx3-ubyte", IdxFiles.Gzip(images)).With("t10k-labels-idx1-ubyte.gz", labels);

        Assert.Equal(8, Load(null, null)!.Train.Count);
    }

    [Fact]
    public void Load_MissingFolder_SaysWhichKeyToSet() => Assert.Contains("data.path", Problem(new DataRequest("mnist", 1, "/nowhere", null, null)), StringComparison.Ordinal);

    [Fact]
    public void Load_MissingLabels_NamesTheFile()
    {
        files.With("t10k-images-idx3-ubyte", IdxFiles.Pair(10).Images);

        Assert.Contains("t10k-labels-idx1-ubyte[.gz]: is missing", Problem(), StringComparison.Ordinal);
    }

    [Fact]
    public void Load_EmptyFolder_NamesTheFileItLooksFor() => Assert.Contains("t10k-images-idx3-ubyte", Problem(), StringComparison.Ordinal);

    [Theory]
    [InlineData(0, "is no IDX file")]
    [InlineData(3, "is no IDX file")]
    [InlineData(10, "truncated inside its header")]
    [InlineData(60, "is truncated, 44 of 160 bytes")]
    public void Load_TruncatedImages_SaysHowMuchIsThere(int length, string expected)
    {
        var (images, labels) = IdxFiles.Pair(10);
        files.WithPair("t10k", images[..length], labels);

        Assert.Contains(expected, Problem(), StringComparison.Ordinal);
        Assert.Contains("t10k-images-idx3-ubyte", Problem(), StringComparison.Ordinal);
    }

    [Fact]
    public void Load_TruncatedGzip_IsTruncated()
    {
        var (images, labels) = IdxFiles.Pair(1000, label: i => (byte)(i * 7 % 10));
        files.WithPair("t10k", IdxFiles.Gzip(images)[..^40], labels);

        Assert.Contains("t10k-images-idx3-ubyte: ", Problem(), StringComparison.Ordinal);
    }

    [Fact]
    public void Load_DamagedGzip_SaysSo()
    {
        var (images, labels) = IdxFiles.Pair(1000);
        var gzip = IdxFiles.Gzip(images);
        Array.Fill<byte>(gzip, 0xFF, 20, 40);
        files.WithPair("t10k", gzip, labels);

        Assert.StartsWith(Path.Combine(files.Folder, "t10k-images-idx3-ubyte"), Problem(), StringComparison.Ordinal);
    }

    [Fact]
    public void Load_MoreBytesThanStated_IsRefused()
    {
        var (images, labels) = IdxFiles.Pair(10);
        files.WithPair("t10k", [.. images, 0], labels);

        Assert.Contains("more than the 160 bytes", Problem(), StringComparison.Ordinal);
    }

    [Fact]
    public void Load_HeaderThatClaimsTerabytes_CostsNoMemory()
    {
        var (_, labels) = IdxFiles.Pair(10);
        files.WithPair("t10k", IdxFiles.Idx([0xFFFF_FFFF, 0xFFFF, 0xFFFF], [1, 2, 3]), labels);
        var before = GC.GetAllocatedBytesForCurrentThread();

        Assert.Contains("claims more than", Problem(), StringComparison.Ordinal);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1 << 20);
    }

    [Theory]
    [InlineData(0x0D)]
    [InlineData(0x09)]
    public void Load_OtherElementType_IsTheWrongKind(byte type)
    {
        var (_, labels) = IdxFiles.Pair(10);
        files.WithPair("t10k", IdxFiles.Idx([10, 4, 4], new byte[640], type), labels);

        Assert.Contains("wrong kind", Problem(), StringComparison.Ordinal);
    }

    [Fact]
    public void Load_LabelsInPlaceOfImages_IsTheWrongKind()
    {
        var (images, labels) = IdxFiles.Pair(10);
        files.WithPair("t10k", labels, images);

        Assert.Contains("wrong kind (labels: unsigned bytes with 1 extent); expected images: unsigned bytes with 3 extents", Problem(), StringComparison.Ordinal);
    }

    [Fact]
    public void Load_GzipThatIsNone_SaysSo()
    {
        files.With("t10k-images-idx3-ubyte.gz", "<html>404</html>"u8.ToArray()).With("t10k-labels-idx1-ubyte.gz", IdxFiles.Gzip(IdxFiles.Pair(10).Labels));

        Assert.Contains("t10k-images-idx3-ubyte.gz: is neither compressed with gzip nor an IDX file", Problem(), StringComparison.Ordinal);
    }

    [Fact]
    public void Load_FewerLabelsThanImages_NamesBothFiles()
    {
        files.WithPair("t10k", IdxFiles.Pair(10).Images, IdxFiles.Pair(9).Labels);

        Assert.Matches("has 10 images, but .*labels-idx1-ubyte has 9 labels", Problem());
    }

    [Fact]
    public void Load_LabelOutOfRange_NamesTheExample()
    {
        var (images, labels) = IdxFiles.Pair(10, label: i => i == 4 ? (byte)10 : (byte)1);
        files.WithPair("t10k", images, labels);

        Assert.Contains("label 10 of example 4 is out of range", Problem(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(10, 1)]
    [InlineData(11, null)]
    public void Load_SplitLargerThanTheFile_IsRefused(int train, int? test)
    {
        var (images, labels) = IdxFiles.Pair(10);
        files.WithPair("t10k", images, labels);

        Assert.Contains("not enough for data.train", Problem(new DataRequest("mnist", 1, files.Folder, train, test)), StringComparison.Ordinal);
    }

    private Dataset? Load(int? train, int? test) => new MnistSource().Load(new DataRequest("mnist", 1, files.Folder, train, test), []);

    private string Problem(DataRequest? request = null)
    {
        var problems = new List<string>();
        Assert.Null(new MnistSource().Load(request ?? new DataRequest("mnist", 1, files.Folder, null, null), problems));
        return Assert.Single(problems);
    }
}
