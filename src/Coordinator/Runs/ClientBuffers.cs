using System.Collections.Immutable;
using System.Globalization;
using Distributed.Algorithms.Tensors;
using Distributed.Coordinator.Storage;

namespace Distributed.Coordinator.Runs;

/// <summary>
/// The running statistics that each client keeps for itself (<c>buffers: local</c>): those of its last update that counted, so that they follow it to whichever
/// node it runs on. One safetensors file a version, <c>buffers-vN.safetensors</c> beside the run's artefacts, tensors named <c>CLIENT/NAME</c>; written before the
/// version is committed, so that a committed version has its file.
/// </summary>
internal static class ClientBuffers
{
    /// <summary>Writes a version's file: the base version's, with those of the clients that were counted replaced.</summary>
    /// <param name="folder">The run's folder.</param>
    /// <param name="baseVersion">The version that the clients started from.</param>
    /// <param name="manifest">The model's tensors; one without buffers gets no file.</param>
    /// <param name="updates">The round's updates.</param>
    /// <param name="spool">Where their bytes are.</param>
    /// <param name="durable">Whether the file survives a power cut.</param>
    public static void Write(
        RunFolder folder, long baseVersion, TensorManifest manifest, ImmutableArray<SpooledUpdate> updates, ISpool spool, bool durable)
    {
        var buffers = manifest.Where(entry => entry.IsBuffer).ToList();
        if (buffers.Count == 0)
        {
            return;
        }

        var counted = updates.Where(update => update.Weight > 0).ToDictionary(update => update.Id.Client);
        using var before = folder.OpenBuffers(baseVersion);
        var earlier = before is null ? null : Safetensors.Load(before);
        var clients = ClientsOf(earlier).Union(counted.Keys).Order().ToList();
        var made = new TensorSet(new TensorManifest(
            from client in clients from entry in buffers select new TensorEntry(NameOf(client, entry.Name), entry.DType, entry.Shape, isBuffer: true)));
        foreach (var client in clients)
        {
            using var reader = counted.TryGetValue(client, out var update) ? spool.Read(update.Id) : null;
            foreach (var entry in buffers)
            {
                var name = NameOf(client, entry.Name);
                var target = made.Bytes(name);
                if (reader is not null)
                {
                    reader.Read(entry.Offset, target);
                }
                else
                {
                    earlier?.Bytes(name).CopyTo(target);
                }
            }
        }

        folder.WriteBuffers(baseVersion + 1, stream => Safetensors.Write(stream, made), durable);
    }

    /// <summary>The clients that have some with a version.</summary>
    public static ImmutableHashSet<int> Clients(RunFolder folder, long version)
    {
        using var file = folder.OpenBuffers(version);
        return file is null ? [] : [.. ClientsOf(Safetensors.ReadHeader(file, file.Length).Manifest)];
    }

    /// <summary>One client's, as a safetensors file with the model's own names; null: it has none with this version.</summary>
    public static byte[]? Read(RunFolder folder, long version, int client)
    {
        using var file = folder.OpenBuffers(version);
        if (file is null)
        {
            return null;
        }

        var all = Safetensors.Load(file);
        var prefix = NameOf(client, "");
        var own = all.Manifest.Where(entry => entry.Name.StartsWith(prefix, StringComparison.Ordinal)).ToList();
        if (own.Count == 0)
        {
            return null;
        }

        var set = new TensorSet(new TensorManifest(own.Select(entry => new TensorEntry(entry.Name[prefix.Length..], entry.DType, entry.Shape, isBuffer: true))));
        own.ForEach(entry => all.Bytes(entry.Name).CopyTo(set.Bytes(entry.Name[prefix.Length..])));
        using var bytes = new MemoryStream();
        Safetensors.Write(bytes, set);
        return bytes.ToArray();
    }

    private static IEnumerable<int> ClientsOf(TensorSet? all) => all is null ? [] : ClientsOf(all.Manifest);

    private static IEnumerable<int> ClientsOf(TensorManifest all) =>
        all.Select(entry => int.Parse(entry.Name[..entry.Name.IndexOf('/', StringComparison.Ordinal)], CultureInfo.InvariantCulture)).Distinct();

    private static string NameOf(int client, string name) => string.Create(CultureInfo.InvariantCulture, $"{client}/{name}");
}
