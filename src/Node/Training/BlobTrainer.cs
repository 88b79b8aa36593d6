using System.Runtime.InteropServices;
using Distributed.Algorithms.Tensors;
using Distributed.Node.Data.Random;
using Distributed.Node.Models;

namespace Distributed.Node.Training;

/// <summary>"Trains" a blob: numbers that go back as they came. Measures transfers and storage, without libtorch.</summary>
internal sealed class BlobTrainer(TensorManifest manifest, int seed) : ITrainer
{
    public TensorManifest Manifest => manifest;

    public void Initialize(Span<byte> state)
    {
        var stream = new RandomStream(seed, RandomPurpose.InitialModel);
        foreach (ref var pair in MemoryMarshal.Cast<byte, ulong>(state))
        {
            // Two floats in [1, 2) a draw: finite, and too random to be compressed on the way.
            pair = (stream.NextBits() & 0x007F_FFFF_007F_FFFF) | 0x3F80_0000_3F80_0000;
        }
    }

    public TrainResult Train(ReadOnlySpan<byte> from, Span<byte> to, TrainOrder order, CancellationToken cancellation)
    {
        from.CopyTo(to);
        return new TrainResult(Blob.ExamplesPerClient, 0, 0);
    }

    public EvaluationResult Evaluate(ReadOnlySpan<byte> state, int shard, int shards, CancellationToken cancellation) => default;

    public IProxyTrainer OpenProxy(ReadOnlySpan<byte> state, int round) => throw new TrainingFailedException("A blob has no examples to learn on.");

    public void Dispose()
    {
    }
}
