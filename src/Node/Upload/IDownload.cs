using Distributed.Protocols.Transfers;

namespace Distributed.Node.Upload;

/// <summary>The receiving end of one file: keeps what arrived over broken connections. Not for concurrent use.</summary>
internal interface IDownload
{
    /// <summary>What it is, for messages.</summary>
    string What { get; }

    /// <summary>Bytes received and checked: where the next attempt goes on.</summary>
    long Received { get; }

    /// <summary>Whether every byte is there.</summary>
    bool IsComplete { get; }

    /// <summary>Takes the header of an attempt.</summary>
    /// <exception cref="TransferFailedException">It is another file's.</exception>
    void Begin(Frame header);

    /// <summary>Takes a chunk; false when it is damaged and must be asked for again.</summary>
    /// <exception cref="TransferFailedException">It does not follow what was received.</exception>
    bool Append(ReceivedChunk chunk);
}
