using System.Threading.RateLimiting;
using Distributed.Protocols.Refusals;
using Distributed.Protocols.Transfers;
using Microsoft.Extensions.Options;

namespace Distributed.Coordinator.Ingress;

/// <summary>
/// Keeps the memory of all transfers within <see cref="TransferOptions.MemoryBytes"/>: 3/8 for uploads at work (a window, a frame being put together, a chunk
/// being admitted), 3/8 for uploads that wait (their window), 1/4 for downloads (a chunk and its frame). A download that waits holds nothing.
/// </summary>
internal sealed class TransferSlots : IDisposable
{
    private const int WaitingDownloads = 1000;

    private readonly ConcurrencyLimiter uploads;
    private readonly ConcurrencyLimiter downloads;

    public TransferSlots(IOptions<TransferOptions> options)
    {
        var settings = options.Value;
        var share = settings.MemoryBytes / 8;
        Uploads = Fit(3 * share, settings.StreamWindowBytes + (2L * TransferSizes.MaximumFrameBytes));
        Downloads = Fit(2 * share, 2L * settings.ChunkBytes);
        uploads = Limiter(Uploads, Fit(3 * share, settings.StreamWindowBytes));
        downloads = Limiter(Downloads, WaitingDownloads);
    }

    /// <summary>Uploads at work at the same time.</summary>
    public int Uploads { get; }

    /// <summary>Downloads at work at the same time.</summary>
    public int Downloads { get; }

    /// <summary>Waits for a place; refused when too many wait already (Busy). The caller disposes it.</summary>
    public ValueTask<Outcome<IDisposable>> UploadAsync(CancellationToken cancellation) => EnterAsync(uploads, cancellation);

    /// <summary>Waits for a place; refused when too many wait already (Busy). The caller disposes it.</summary>
    public ValueTask<Outcome<IDisposable>> DownloadAsync(CancellationToken cancellation) => EnterAsync(downloads, cancellation);

    /// <inheritdoc />
    public void Dispose()
    {
        uploads.Dispose();
        downloads.Dispose();
    }

    private static async ValueTask<Outcome<IDisposable>> EnterAsync(ConcurrencyLimiter limiter, CancellationToken cancellation)
    {
        var lease = await limiter.AcquireAsync(1, cancellation);
        if (lease.IsAcquired)
        {
            return lease;
        }

        lease.Dispose();
        return new Refusal(RefusalCode.Busy, "Too many transfers at once; try again in a second.");
    }

    private static int Fit(long memory, long each) => (int)Math.Clamp(memory / each, 1, 10_000);

    private static ConcurrencyLimiter Limiter(int permits, int queue) => new(
        new ConcurrencyLimiterOptions { PermitLimit = permits, QueueLimit = queue, QueueProcessingOrder = QueueProcessingOrder.OldestFirst });
}
