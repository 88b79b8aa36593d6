using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Distributed.Algorithms.Tensors;
using Distributed.Node.Engine;
using Distributed.Node.Models;
using Distributed.Node.Training;
using Distributed.Protocols.Identities;
using TorchSharp;
using TorchSharp.Modules;

namespace Distributed.Node.DataParallel;

/// <summary>A rank's copy of what is trained: model, optimizer state and step. Used by one thread.</summary>
internal sealed class Replica : IDisposable
{
    private const string OptimizerName = "distributed.optimizer";
    private const string StepKey = "distributed.step";

    private readonly ModelState state;

    /// <summary>Makes step 0 of a run: the same on every rank.</summary>
    public Replica(ILearningTask task, OptimizerBuilder optimizer, int seed)
    {
        Model = task.BuildModel();
        Convolutions.LeaveOutOneDnn(Model);
        task.Initialize(Model, seed);
        state = new ModelState(Model);
        Parameters = [.. state.Parameters];
        Optimizer = (OptimizerHelper)optimizer(Parameters);
    }

    /// <summary>The model.</summary>
    public torch.nn.Module Model { get; }

    /// <summary>What is trained, each once.</summary>
    public IReadOnlyList<Parameter> Parameters { get; }

    /// <summary>The optimizer over the parameters.</summary>
    public OptimizerHelper Optimizer { get; }

    /// <summary>Steps done, and the position of the sampler.</summary>
    public long Step { get; set; }

    /// <summary>The SHA-256 of the parameters. Buffers are each rank's own until a checkpoint is written.</summary>
    public ContentHash ParameterHash()
    {
        var bytes = new byte[state.Manifest.ByteLength];
        state.Save(bytes);
        using var sha = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var entry in state.Manifest.Where(entry => entry.IsTrainable))
        {
            sha.AppendData(bytes, (int)entry.Offset, (int)entry.ByteLength);
        }

        return ContentHash.FromBytes(sha.GetHashAndReset());
    }

    /// <summary>All of it as a safetensors file: the model's tensors, the optimizer's state as bytes, the step among the metadata.</summary>
    public byte[] Save()
    {
        using var optimizer = new MemoryStream();
        using (var writer = new BinaryWriter(optimizer, Encoding.UTF8, leaveOpen: true))
        {
            Optimizer.save_state_dict(writer);
        }

        var manifest = new TensorManifest(state.Manifest.Append(new TensorEntry(OptimizerName, TensorDType.U8, [optimizer.Length], isBuffer: true)));
        var header = Safetensors.BuildHeader(manifest, new Dictionary<string, string> { [StepKey] = Step.ToString(CultureInfo.InvariantCulture) });
        var file = new byte[header.Length + manifest.ByteLength];
        header.CopyTo(file, 0);
        state.Save(file.AsSpan(header.Length));
        optimizer.GetBuffer().AsSpan(0, (int)optimizer.Length).CopyTo(file.AsSpan(header.Length + (int)state.Manifest.ByteLength));
        return file;
    }

    /// <summary>Becomes what <see cref="Save"/> wrote. What does not fit changes nothing.</summary>
    /// <exception cref="TrainingFailedException">It is of another model, or no such file.</exception>
    /// <exception cref="SafetensorsException">It is no safetensors file.</exception>
    public void Load(byte[] file)
    {
        var header = Safetensors.ReadHeader(new MemoryStream(file), file.Length);
        var model = new TensorManifest(header.Manifest.SkipLast(1));
        if (header.Manifest.Count == 0 || header.Manifest[^1].Name != OptimizerName
            || !long.TryParse(header.Metadata.GetValueOrDefault(StepKey), NumberStyles.None, CultureInfo.InvariantCulture, out var step))
        {
            throw new TrainingFailedException("The file is no checkpoint of data-parallel training.");
        }

        if (!state.Manifest.Equals(model))
        {
            throw new TrainingFailedException("The checkpoint is of another model: " + string.Join("; ", state.Manifest.Differences(model)));
        }

        var optimizer = header.Manifest[^1];
        using var reader = new BinaryReader(new MemoryStream(file, (int)(header.DataOffset + optimizer.Offset), (int)optimizer.ByteLength));
        Optimizer.load_state_dict(reader);
        state.Load(file.AsSpan((int)header.DataOffset, (int)model.ByteLength));
        Step = step;
    }

    public void Dispose()
    {
        Optimizer.Dispose();
        Model.Dispose();
    }
}
