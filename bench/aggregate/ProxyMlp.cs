using System.Globalization;
using Distributed.Algorithms.Tensors;
using Distributed.Node.Hosting;
using Distributed.Node.Training;
using Distributed.Protocols.Runs;

namespace Distributed.Bench.Aggregate;

/// <summary>A multi-layer perceptron of a chosen size with 256 proxy images, opened as a node opens it.</summary>
internal sealed class ProxyMlp : IDisposable
{
    private const int Inputs = 784;
    private const int Classes = 10;

    private readonly IWorkload _workload;
    private readonly ITrainer _trainer;

    /// <param name="parameters">About how many.</param>
    /// <param name="threads">For libtorch.</param>
    public ProxyMlp(int parameters, int threads)
    {
        TorchEngine.EnterThread(threads);
        var hidden = (parameters - Classes) / (Inputs + 1 + Classes);
        var problems = new List<string>();
        var spec = RunSpecJson.Parse(string.Create(CultureInfo.InvariantCulture, $$"""
            {
              "kind": "federated", "name": "bench", "seed": 1, "rounds": 1,
              "data": { "source": "glyphs", "clients": 2, "train": 300, "test": 300 },
              "proxy": { "examples": 256 },
              "model": { "name": "mlp", "hidden": [{{hidden}}] },
              "training": { "batch": 32, "optimizer": { "name": "sgd", "learningRate": 0.05 } }
            }
            """), new List<SpecProblem>())!;
        _workload = Workloads.Create(spec, NodePlugins.None, problems) ?? throw new InvalidOperationException(string.Join("; ", problems));
        _trainer = _workload.CreateTrainer(threads);
        State = new byte[_trainer.Manifest.ByteLength];
        _trainer.Initialize(State);
        Proxy = _trainer.OpenProxy(State, 1);
    }

    public TensorManifest Manifest => _trainer.Manifest;

    /// <summary>The initial model.</summary>
    public byte[] State { get; }

    public IProxyTrainer Proxy { get; }

    public void Dispose()
    {
        _trainer.Dispose();
        _workload.Dispose();
    }
}
