using Distributed.Collectives;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;

namespace Distributed.Compat.Torch.Tests.Memory;

public sealed class ZeroCopyTests
{
    public static TheoryData<ITensorEngine> Engines => [new Adapters.TensorEngine(), Engine.PackagesEngine.Create()];

    [Theory]
    [MemberData(nameof(Engines))]
    public void Host_OfATensor_IsItsOwnMemory(ITensorEngine engine)
    {
        using var tensor = zeros(2, 3);
        engine.Host(tensor)[4] = 7;
        Assert.Equal(7, tensor.select(0, 1).select(0, 1).ToSingle());
        tensor.fill_(2);
        Assert.All(engine.Host(tensor).ToArray(), v => Assert.Equal(2, v));
    }

    [Theory]
    [MemberData(nameof(Engines))]
    public void Wrap_OfAnArray_SharesItBothWays(ITensorEngine engine)
    {
        var values = new float[] { 0, 1, 2, 3, 4, 5, 6 };
        using var tensor = engine.Wrap(values.AsMemory(1), [2, 3]);
        Assert.Equal(21, tensor.sum().ToSingle());
        values[1] = 101;
        Assert.Equal(121, tensor.sum().ToSingle());
        tensor.zero_();
        Assert.Equal([0, 0, 0, 0, 0, 0, 0], values);
    }

    [Theory]
    [MemberData(nameof(Engines))]
    public void SharedMemory_ThatDoesNotFit_IsRefused(ITensorEngine engine)
    {
        using var integers = zeros(3, dtype: ScalarType.Int64);
        using var columns = zeros(2, 3);
        using var turned = columns.t();
        Assert.Throws<ArgumentException>(() => engine.Host(integers)[0]);
        Assert.Throws<ArgumentException>(() => engine.Host(turned)[0]);
        Assert.Throws<ArgumentException>(() => engine.Wrap(new float[5], [2, 3]));
    }

    [Fact]
    public void WrappedMemory_WhenTheLastHandleIsGone_IsReleased()
    {
        var (pinned, view) = (new WatchedMemory(6), default(Tensor));
        using (var tensor = new Adapters.TensorEngine().Wrap(pinned.Memory, [6]))
        {
            view = tensor.view(2, 3);
            Assert.Equal(1, pinned.Pins);
        }
        Assert.Equal(1, pinned.Pins);
        view.Dispose();
        Assert.Equal(0, pinned.Pins);
    }

    [Fact]
    public void FromBuffer_OfAnArray_SharesItsMemory()
    {
        var values = new long[] { 1, 2, 3, 4 };
        using var tensor = frombuffer(values, ScalarType.Int64, count: 2, offset: 1);
        values[1] = 10;
        Assert.Equal([10, 3], tensor.data<long>().ToArray());
        Assert.Throws<ArgumentOutOfRangeException>(() => frombuffer(values, ScalarType.Int64, count: 4, offset: 1));
        Assert.Throws<ArgumentException>(() => frombuffer(values, ScalarType.Float32));
    }

    [Fact]
    public void Accessor_OfATransposedTensor_ReadsInRowMajorOrder()
    {
        using var tensor = arange(6).view(2, 3);
        using var turned = tensor.t();
        Assert.Equal([0, 3, 1, 4, 2, 5], turned.data<long>().ToArray());
        var data = turned.data<long>();
        data[2, 1] = 50;
        Assert.Equal(50, tensor.select(0, 1).select(0, 2).ToInt64());
        Assert.Equal(6, data.Count);
    }

    [Fact]
    public void Bytes_OfATensor_CanBeReplaced()
    {
        using var tensor = zeros(2);
        tensor.bytes = System.Runtime.InteropServices.MemoryMarshal.AsBytes(new float[] { 3, 4 }.AsSpan());
        Assert.Equal([3, 4], tensor.data<float>().ToArray());
    }

    private sealed class WatchedMemory(int length) : System.Buffers.MemoryManager<float>
    {
        private readonly float[] _values = GC.AllocateArray<float>(length, pinned: true);

        internal int Pins { get; private set; }

        public override Span<float> GetSpan() => _values;

        public override unsafe System.Buffers.MemoryHandle Pin(int elementIndex = 0)
        {
            Pins++;
            return new((float*)System.Runtime.InteropServices.Marshal.UnsafeAddrOfPinnedArrayElement(_values, elementIndex), pinnable: this);
        }

        public override void Unpin() => Pins--;

        protected override void Dispose(bool disposing)
        {
        }
    }
}
