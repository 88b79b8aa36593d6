using Distributed.Coordinator.Storage;
using Distributed.Protocols.Refusals;
using Microsoft.Extensions.Options;

namespace Distributed.Coordinator.Tests.Support;

/// <summary>The storage of one coordinator process over a folder; a second one over the same folder is that coordinator restarted, or its rival.</summary>
internal sealed class Stores
{
    public Stores(string root, string failpoints = "")
    {
        var options = Options.Create(new StorageOptions { Root = root });
        Files = new DurableFiles(Failpoints.Parse(failpoints), Meter);
        Spool = new Spool(options, Files);
        Checkpoints = new CheckpointStore(options, Files);
        State = new FileGrainStorage(options, Files);
    }

    public StorageMeter Meter { get; } = new();

    public DurableFiles Files { get; }

    public Spool Spool { get; }

    public CheckpointStore Checkpoints { get; }

    public FileGrainStorage State { get; }

    public async Task<Outcome<SpooledUpdate>> SpoolAsync(byte[] bytes, SpooledUpdate update, bool durable = false)
    {
        var opened = await Spool.OpenAsync(update, 0, durable, new NoInspection(), CancellationToken.None);
        if (!opened.TryGet(out var writer, out var refusal))
        {
            return refusal;
        }

        await using (writer)
        {
            return Models.AppendAll(writer, bytes) is { } stopped ? stopped : await writer.CompleteAsync();
        }
    }

    public Outcome<ModelVersion> Commit(byte[] bytes, long version, ModelVersion? parent, bool durable = false, long term = 1)
    {
        using var writer = Checkpoints.Begin("run-a", version, bytes.Length, durable);
        writer.WriteFile(0, bytes);
        return Checkpoints.Commit(writer, new ModelVersion("run-a", version, (int)version, default, parent?.Hash ?? default, term, 0, []));
    }
}
