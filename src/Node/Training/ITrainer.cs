using Distributed.Algorithms.Tensors;

namespace Distributed.Node.Training;

/// <summary>One resident model on one thread. States go in and out as the data of a safetensors file: the tensors' bytes in the manifest's order.</summary>
internal interface ITrainer : IDisposable
{
    /// <summary>The tensors of a state, in the order of their bytes.</summary>
    TensorManifest Manifest { get; }

    /// <summary>Writes the initial state: a pure function of the run's seed.</summary>
    /// <param name="state">As long as the manifest says.</param>
    void Initialize(Span<byte> state);

    /// <summary>Trains one client for one round.</summary>
    /// <param name="from">The state to start from.</param>
    /// <param name="to">Receives the trained state.</param>
    /// <param name="order">Whom and when.</param>
    /// <param name="cancellation">Looked at once a step.</param>
    /// <exception cref="TrainingFailedException">The loss is not finite any more.</exception>
    TrainResult Train(ReadOnlySpan<byte> from, Span<byte> to, TrainOrder order, CancellationToken cancellation);

    /// <summary>Evaluates a share of the test examples.</summary>
    /// <param name="state">The model.</param>
    /// <param name="shard">Which share, from 0.</param>
    /// <param name="shards">Number of shares.</param>
    /// <param name="cancellation">Looked at once a batch.</param>
    EvaluationResult Evaluate(ReadOnlySpan<byte> state, int shard, int shards, CancellationToken cancellation);

    /// <summary>Makes the model and the proxy set ready for the aggregation of a round. Used on the trainer's thread, before anything else is asked of it.</summary>
    /// <param name="state">The state that the clients started from.</param>
    /// <param name="round">The round.</param>
    /// <exception cref="TrainingFailedException">This node holds no proxy set, or the model cannot learn on one.</exception>
    IProxyTrainer OpenProxy(ReadOnlySpan<byte> state, int round);
}
