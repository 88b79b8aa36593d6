using System.Security.Cryptography;
using Distributed.Algorithms.Tensors;
using Distributed.Protocols.Identities;
using Distributed.Protocols.Refusals;
using Distributed.Protocols.Transfers;
using Distributed.Protocols.V1;
using Microsoft.Win32.SafeHandles;

namespace Distributed.Node.Upload;

/// <summary>The receiving end of an admitted update: into a file, hashed on the way.</summary>
internal sealed class UpdateDownload : IDownload, IDisposable
{
    private readonly AdmittedUpdate update;
    private readonly SafeFileHandle file;
    private readonly IncrementalHash sha256 = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private bool handedOver;

    /// <summary>Begins a file.</summary>
    /// <param name="update">What is to arrive.</param>
    /// <param name="path">Where it goes.</param>
    public UpdateDownload(AdmittedUpdate update, string path) => (this.update, file) = (
        update, File.OpenHandle(path, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.None, FileOptions.None, checked((long)update.SizeBytes)));

    public string What => $"the update of client {update.Client}";

    public long Received { get; private set; }

    public bool IsComplete => Received == (long)update.SizeBytes;

    public void Begin(Frame header)
    {
        if (header.Update is not { } sent || sent.Client != update.Client || sent.SizeBytes != update.SizeBytes || sent.Sha256 != update.Sha256)
        {
            throw new TransferFailedException(new(RefusalCode.UpdateChecksum, $"Another file is sent than {What} of the task."));
        }
    }

    public bool Append(ReceivedChunk chunk)
    {
        if (chunk.Offset != Received || chunk.Data.Length > (long)update.SizeBytes - Received)
        {
            throw new TransferFailedException(new(RefusalCode.UpdateOverrun, $"A chunk at {chunk.Offset} does not follow byte {Received} of {What}."));
        }

        if (!chunk.IsIntact())
        {
            return false;
        }

        RandomAccess.Write(file, chunk.Data.Span, Received);
        sha256.AppendData(chunk.Data.Span);
        Received += chunk.Data.Length;
        return true;
    }

    /// <summary>Checks the hash of the whole and hands the file over.</summary>
    public UpdateFile Finish()
    {
        if (ContentHash.FromBytes(sha256.GetHashAndReset()) != ContentHash.FromBytes(update.Sha256.Span))
        {
            throw new TransferFailedException(new(RefusalCode.UpdateChecksum, $"{What} has not the hash that was admitted."));
        }

        try
        {
            var opened = UpdateFile.Over(file);
            handedOver = true;
            return opened;
        }
        catch (SafetensorsException error)
        {
            throw new TransferFailedException(new(RefusalCode.ModelFormat, $"{What}: {error.Message}"));
        }
    }

    public void Dispose()
    {
        sha256.Dispose();
        if (!handedOver)
        {
            file.Dispose();
        }
    }
}
