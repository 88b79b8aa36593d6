using System.Buffers;
using System.Runtime.InteropServices;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.ObjectPool;

namespace Distributed.Coordinator.Ingress;

/// <summary>
/// The memory Kestrel receives into and sends from. Its own blocks hold 4 KB, and it receives one block at a time: an upload then costs 256
/// system calls a megabyte. Blocks of 32 KB halve the server's processor time per byte.
/// </summary>
internal sealed class ReceiveBlocks : IMemoryPoolFactory<byte>
{
    /// <summary>Bytes in a block.</summary>
    public const int BlockBytes = 32 * 1024;

    /// <summary>Bytes that wait for the next rent at most; what comes back beyond that is left to the garbage collector.</summary>
    public const int RetainedBytes = 16 * 1024 * 1024;

    private static readonly Pool Shared = new();

    /// <summary>The pool: one for all transports of the process.</summary>
    public MemoryPool<byte> Create(MemoryPoolOptions? options = null) => Shared;

    private sealed class Pool : MemoryPool<byte>
    {
        private readonly ObjectPool<Block> blocks;

        public Pool() => blocks = new DefaultObjectPool<Block>(new Policy(this), RetainedBytes / BlockBytes);

        public override int MaxBufferSize => BlockBytes;

        public override IMemoryOwner<byte> Rent(int minBufferSize = -1)
        {
            ArgumentOutOfRangeException.ThrowIfGreaterThan(minBufferSize, BlockBytes);
            var block = blocks.Get();
            block.Rent();
            return block;
        }

        public void Return(Block block) => blocks.Return(block);

        // Shared by all transports: each disposes it, and none may take it from the others.
        protected override void Dispose(bool disposing)
        {
        }
    }

    private sealed class Policy(Pool pool) : PooledObjectPolicy<Block>
    {
        public override Block Create() => new(pool);

        public override bool Return(Block block) => true;
    }

    // Pinned, because sockets receive into it.
    private sealed class Block(Pool pool) : IMemoryOwner<byte>
    {
        private int rented;

        public Memory<byte> Memory { get; } =
            MemoryMarshal.CreateFromPinnedArray(GC.AllocateUninitializedArray<byte>(BlockBytes, pinned: true), 0, BlockBytes);

        public void Rent() => Volatile.Write(ref rented, 1);

        public void Dispose()
        {
            // A block that were returned twice would be lent to two.
            if (Interlocked.Exchange(ref rented, 0) == 1)
            {
                pool.Return(this);
            }
        }
    }
}
