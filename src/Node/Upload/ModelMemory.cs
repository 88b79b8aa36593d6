namespace Distributed.Node.Upload;

/// <summary>
/// The big buffers of a run. A model's size never changes within a run, so a buffer that comes back fits the next model; the collector is spared a
/// large object in every round.
/// </summary>
internal sealed class ModelMemory
{
    private readonly Stack<byte[]> free = [];

    /// <summary>A buffer of exactly this length, contents arbitrary.</summary>
    public byte[] Rent(int length)
    {
        lock (free)
        {
            while (free.TryPop(out var buffer))
            {
                if (buffer.Length == length)
                {
                    return buffer;
                }
            }
        }

        return GC.AllocateUninitializedArray<byte>(length);
    }

    /// <summary>Gives a buffer back; nobody may look at it any more.</summary>
    public void Return(byte[] buffer)
    {
        lock (free)
        {
            free.Push(buffer);
        }
    }
}
