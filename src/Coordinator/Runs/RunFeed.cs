using System.Runtime.CompilerServices;
using System.Text;
using System.Threading.Channels;
using Distributed.Coordinator.Storage;
using Distributed.Protocols.Refusals;
using Distributed.Reports.Drawing;
using Microsoft.Win32.SafeHandles;

namespace Distributed.Coordinator.Runs;

/// <summary>
/// What followers of one run see: who has which data, the lines of <c>rounds.jsonl</c>, then new ones as they are appended, then the final status. Nobody polls:
/// a follower's file part ends where its live part begins.
/// </summary>
internal sealed class RunFeed(RunFolder folder, DurableFiles files)
{
    private readonly Lock gate = new();
    private readonly List<Channel<FeedItem>> followers = [];

    // Lines that the disk did not take yet, and where in the file the next one goes.
    private readonly List<string> unwritten = [];
    private long? end;
    private RunReport? status;
    private bool ended;

    /// <summary>Appends a line; visible to every follower when this returns, whether or not the disk took it.</summary>
    /// <returns>Why the disk did not take it; it is tried again with the next line, and by <see cref="Flush"/>. Null: it did.</returns>
    public Refusal? Append(string line)
    {
        lock (gate)
        {
            unwritten.Add(line);
            Send(new FeedItem(line, null));
            return Write();
        }
    }

    /// <summary>Writes the lines that the disk did not take before.</summary>
    /// <returns>Why it does not now; null: all are written.</returns>
    public Refusal? Flush()
    {
        lock (gate)
        {
            return Write();
        }
    }

    /// <summary>Writes who has which data, and tells followers.</summary>
    public void Describe(string partition)
    {
        lock (gate)
        {
            folder.WritePartition(partition);
            Send(new FeedItem(null, null, partition));
        }
    }

    /// <summary>Tells followers where the run stands; the last such report is final.</summary>
    public void Report(RunReport report, bool final)
    {
        lock (gate)
        {
            (status, ended) = (report, final);
            Send(new FeedItem(null, report));
            if (final)
            {
                followers.ForEach(follower => follower.Writer.TryComplete());
                followers.Clear();
            }
        }
    }

    /// <summary>Everything from the first line on; ends with the final status.</summary>
    public async IAsyncEnumerable<FeedItem> FollowAsync([EnumeratorCancellation] CancellationToken cancellation)
    {
        var channel = Channel.CreateUnbounded<FeedItem>(new() { SingleReader = true });
        long length;
        string[] held;
        string? partition;
        RunReport? known;
        bool over;
        lock (gate)
        {
            over = ended;
            length = end ?? (File.Exists(folder.RoundsPath) ? new FileInfo(folder.RoundsPath).Length : 0);
            held = [.. unwritten];
            partition = folder.ReadPartitionText();
            known = status;
            if (over)
            {
                channel.Writer.Complete();
            }
            else
            {
                followers.Add(channel);
            }
        }

        try
        {
            if (known is not null && !over)
            {
                yield return new FeedItem(null, known);
            }

            if (partition is not null)
            {
                yield return new FeedItem(null, null, partition);
            }

            await foreach (var line in ReadAsync(length, cancellation))
            {
                yield return new FeedItem(line, null);
            }

            foreach (var line in held)
            {
                yield return new FeedItem(line, null);
            }

            // Of a run that is over the final status is known already; else it comes last through the channel.
            if (over)
            {
                yield return new FeedItem(null, known);
            }

            await foreach (var item in channel.Reader.ReadAllAsync(cancellation))
            {
                yield return item;
            }
        }
        finally
        {
            lock (gate)
            {
                followers.Remove(channel);
            }
        }
    }

    private Refusal? Write()
    {
        if (unwritten.Count == 0)
        {
            return null;
        }

        try
        {
            files.Hit(Failpoint.RecordBeforeWrite);
            using var file = File.OpenHandle(folder.RoundsPath, FileMode.OpenOrCreate, FileAccess.Write, FileShare.ReadWrite);
            var at = end ??= RandomAccess.GetLength(file);
            var bytes = Encoding.UTF8.GetBytes(string.Concat(unwritten.Select(line => line + "\n")));
            WriteWhole(file, bytes, at);
            end = at + bytes.Length;
            unwritten.Clear();
            return null;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return DiskErrors.Refused(error, "the record of a round");
        }
    }

    // All of it or nothing: a reader sees no half line.
    private static void WriteWhole(SafeFileHandle file, byte[] bytes, long at)
    {
        try
        {
            RandomAccess.Write(file, bytes, at);
        }
        catch (IOException)
        {
            RandomAccess.SetLength(file, at);
            throw;
        }
    }

    private async IAsyncEnumerable<string> ReadAsync(long length, [EnumeratorCancellation] CancellationToken cancellation)
    {
        if (length == 0)
        {
            yield break;
        }

        using var stream = new FileStream(folder.RoundsPath, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        using var reader = new StreamReader(stream, Encoding.UTF8);
        for (long read = 0; read < length;)
        {
            var line = await reader.ReadLineAsync(cancellation) ?? throw new EndOfStreamException("rounds.jsonl has become shorter.");
            read += Encoding.UTF8.GetByteCount(line) + 1;
            yield return line;
        }
    }

    private void Send(FeedItem item) => followers.ForEach(follower => follower.Writer.TryWrite(item));
}

/// <summary>A line, a report, or who has which data.</summary>
internal readonly record struct FeedItem(string? Line, RunReport? Report, string? Partition = null);
