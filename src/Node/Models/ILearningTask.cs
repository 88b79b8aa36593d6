using TorchSharp;

namespace Distributed.Node.Models;

/// <summary>
/// What a run trains: a model, its examples, and the loss that joins them. The built-in tasks implement it, and so does a user's own; one instance serves all
/// workers of a process, so its methods are called from several threads at once and must not change it.
/// </summary>
public interface ILearningTask : IDisposable
{
    /// <summary>Number of training examples; indices 0 … count - 1 are dealt to the clients.</summary>
    int TrainCount { get; }

    /// <summary>Number of test examples.</summary>
    int TestCount { get; }

    /// <summary>Class of each training example, for partitions by class; zeros where there are no classes.</summary>
    IReadOnlyList<int> TrainLabels { get; }

    /// <summary>Class of each test example, for proxy sets drawn from them; zeros where there are no classes.</summary>
    IReadOnlyList<int> TestLabels => new int[TestCount];

    /// <summary>Names of the kinds of text that evaluation tells apart, which <see cref="TestLabels"/> count from 0; empty where a task has no text.</summary>
    IReadOnlyList<string> Domains => [];

    /// <summary>How much text a test example predicts; asked where there are <see cref="Domains"/>.</summary>
    /// <param name="index">The example.</param>
    TextSize TestSize(int index) => default;

    /// <summary>Builds the model. Its parameters and buffers, in the order the module gives them, are what travels.</summary>
    torch.nn.Module BuildModel();

    /// <summary>Sets the initial parameters: a pure function of the seed, whatever was drawn before.</summary>
    /// <param name="model">A model that <see cref="BuildModel"/> built.</param>
    /// <param name="seed">The run's seed.</param>
    void Initialize(torch.nn.Module model, int seed) => InitialParameters.UniformByFanIn(model, seed);

    /// <summary>Gathers examples.</summary>
    /// <param name="split">Training or test examples.</param>
    /// <param name="indices">Which ones, 64-bit integers, shape [batch].</param>
    Batch ReadBatch(Split split, torch.Tensor indices);

    /// <summary>The loss of each example, not reduced, shape [batch], differentiable: sample weights and domain weights act on it.</summary>
    /// <param name="model">A model that <see cref="BuildModel"/> built.</param>
    /// <param name="batch">What <see cref="ReadBatch"/> gave.</param>
    torch.Tensor Losses(torch.nn.Module model, Batch batch);

    /// <summary>Scores a batch; no gradient is asked for.</summary>
    /// <param name="model">A model that <see cref="BuildModel"/> built, in evaluation mode.</param>
    /// <param name="batch">What <see cref="ReadBatch"/> gave.</param>
    BatchScores Evaluate(torch.nn.Module model, Batch batch);
}
