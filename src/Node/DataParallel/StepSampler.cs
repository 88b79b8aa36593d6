using Distributed.Node.Data.Random;

namespace Distributed.Node.DataParallel;

/// <summary>
/// Which examples a step is over: a pure function of the seed and the global position, whatever the number of ranks. A position is an epoch and a place in that
/// epoch's order; a batch may lie in two epochs.
/// </summary>
/// <param name="seed">The run's seed.</param>
/// <param name="examples">Training examples, 1 or more.</param>
/// <param name="batch">Examples of a step, over all ranks.</param>
internal sealed class StepSampler(int seed, int examples, int batch)
{
    private long epoch = -1;
    private long[] order = [];

    /// <summary>The indices of a rank's share of a step; all ranks' shares, one behind the other, are the step's batch.</summary>
    public long[] Share(long step, int rank, int ranks)
    {
        var (from, to) = (Cut(rank), Cut(rank + 1));
        var share = new long[to - from];
        for (var i = 0; i < share.Length; i++)
        {
            share[i] = At((step * batch) + from + i);
        }

        return share;

        int Cut(int index) => (int)((long)batch * index / ranks);
    }

    private long At(long position)
    {
        if (position / examples is var wanted && wanted != epoch)
        {
            order = [.. Enumerable.Range(0, examples).Select(index => (long)index)];
            new RandomStream(seed, RandomPurpose.StepOrder, wanted).Shuffle<long>(order);
            epoch = wanted;
        }

        return order[position % examples];
    }
}
