using System.Threading.Channels;
using Distributed.Protocols.V1;

namespace Distributed.Node.Session;

/// <summary>
/// Answers on their way to the coordinator, in order. They wait here while the node is not joined; an answer counts as sent once it was written to a live stream.
/// </summary>
internal sealed class Outbox
{
    private readonly Channel<Entry> entries = Channel.CreateUnbounded<Entry>(new UnboundedChannelOptions { SingleReader = true });

    /// <summary>Queues an answer.</summary>
    /// <param name="message">The answer.</param>
    /// <param name="sent">Called after it was written.</param>
    /// <param name="epoch">The only connection it makes sense on; null: any.</param>
    public void Post(NodeMessage message, Action? sent = null, int? epoch = null) => entries.Writer.TryWrite(new(message, sent, epoch));

    /// <summary>Writes answers until cancelled. An entry leaves the queue after it was written, so that a broken stream loses none.</summary>
    public async Task PumpAsync(Func<NodeMessage, Task> write, int epoch, CancellationToken cancellation)
    {
        while (await entries.Reader.WaitToReadAsync(cancellation))
        {
            while (entries.Reader.TryPeek(out var entry))
            {
                if (entry.Epoch is null || entry.Epoch == epoch)
                {
                    await write(entry.Message);
                    entry.Sent?.Invoke();
                }

                entries.Reader.TryRead(out _);
            }
        }
    }

    private sealed record Entry(NodeMessage Message, Action? Sent, int? Epoch);
}
