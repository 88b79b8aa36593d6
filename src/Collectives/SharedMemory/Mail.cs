using Distributed.Collectives.Groups;

namespace Distributed.Collectives.SharedMemory;

/// <summary>
/// Messages from rank to rank through the sender's two boxes. A sender has one message on its way: it writes to whom, then its chunks, and waits until all were received.
/// </summary>
internal sealed unsafe class Mail(Segment segment, Members members)
{
    internal void Send(Operation message, Elements buffer, int to, Deadline deadline)
    {
        members.Check();
        var page = segment.Page(members.Rank);
        var first = page->Sent.Value;
        page->Message = message;
        Volatile.Write(ref page->Letter, ((long)first << 32) | (uint)to);
        var (most, chunks) = Cut(buffer);
        for (var k = 0; k < chunks; k++)
        {
            Received(page, first + k - (Layout.Boxes - 1), message, to, deadline);
            Chunk(buffer, k, most).CopyTo(segment.Box(members.Rank, first + k));
            page->Sent.Set(first + k + 1);
        }
        Received(page, first + chunks, message, to, deadline);
    }

    internal void Receive(Operation message, Elements buffer, int from, Deadline deadline)
    {
        members.Check();
        var page = segment.Page(from);
        var first = Letter(page, message, from, deadline);
        if (page->Message != message)
            throw new GroupException(members.Break(Failures.Mismatch(members.Name(members.Rank), message, members.Name(from), page->Message)));
        var (most, chunks) = Cut(buffer);
        for (var k = 0; k < chunks; k++)
        {
            for (int sent; (sent = page->Sent.Value) - first <= k;) members.Await(ref page->Sent, sent, deadline, () => Late(from, message, deadline));
            var chunk = Chunk(buffer, k, most);
            (chunk with { Address = segment.Box(from, first + k) }).CopyTo(chunk.Address);
            page->Received.Set(first + k + 1);
        }
    }

    // The number of the first chunk of a message that is for this rank and that nobody has begun to read.
    private int Letter(RankPage* page, Operation message, int from, Deadline deadline)
    {
        while (true)
        {
            var sent = page->Sent.Value;
            var letter = Volatile.Read(ref page->Letter);
            var (first, to) = ((int)(letter >> 32), (int)letter);
            if (to == members.Rank && sent - first > 0 && page->Received.Value == first) return first;
            members.Await(ref page->Sent, sent, deadline, () => Late(from, message, deadline));
        }
    }

    private void Received(RankPage* page, int count, Operation message, int to, Deadline deadline)
    {
        for (int received; (received = page->Received.Value) - count < 0;)
            members.Await(ref page->Received, received, deadline, () => Late(to, message, deadline));
    }

    private GroupFailure Late(int peer, Operation message, Deadline deadline) => Failures.Late([members.Name(peer)], message, deadline.Span);

    private (long Most, int Chunks) Cut(Elements buffer)
    {
        var most = segment.Layout.SlotBytes / buffer.ElementBytes;
        return (most, (int)Math.Max(1, (buffer.Count + most - 1) / most));
    }

    private static Elements Chunk(Elements buffer, int chunk, long most) => buffer.Slice(chunk * most, Math.Min(most, buffer.Count - (chunk * most)));
}
