using Distributed.Node.Models;
using Distributed.Protocols.Runs;
using TorchSharp;
using static TorchSharp.torch;

namespace OwnModel;

/// <summary>
/// A task of one's own, from the data to the loss: forecasts with an interval. Where the built-in tasks score classes, this one learns three quantiles of a value,
/// and counts a forecast as right when the truth lies between the outer two: its "accuracy" should come near 0.8.
/// </summary>
/// <remarks>
/// One instance serves all workers of a process, so nothing here may change after the constructor. Everything must be a function of the run's seed and
/// parameters alone: that is what makes the same run file give the same model on any number of machines.
/// </remarks>
internal sealed class OscillatorTask : ILearningTask
{
    /// <summary>The <c>model.name</c> that chooses this task.</summary>
    public const string Name = "oscillators";

    private const int DefaultTrain = 3200;
    private const int DefaultTest = 800;

    private readonly OscillatorParameters parameters;
    private readonly (Tensor Inputs, Tensor Targets) train;
    private readonly (Tensor Inputs, Tensor Targets) test;
    private readonly Tensor quantiles;

    private OscillatorTask(OscillatorParameters parameters, OscillatorData train, OscillatorData test)
    {
        this.parameters = parameters;
        (TrainLabels, TestCount) = (train.Stations, test.Stations.Length);
        this.train = ToTensors(train);
        this.test = ToTensors(test);
        quantiles = tensor(Quantiles).DetachFromDisposeScope();
    }

    /// <summary>What is forecast: the value that is undercut in 10, 50 and 90 of 100 cases.</summary>
    public static float[] Quantiles { get; } = [0.1f, 0.5f, 0.9f];

    /// <inheritdoc />
    public int TrainCount => TrainLabels.Count;

    /// <inheritdoc />
    public int TestCount { get; }

    /// <summary>The station of each example. Partitions by class (<c>dirichlet</c>, <c>shards</c>) deal by it: a client then has few stations, as in life.</summary>
    public IReadOnlyList<int> TrainLabels { get; }

    /// <summary>Makes the task of a run, or says everything that is wrong with its parameters: the node then rejects the run before the first round.</summary>
    public static ILearningTask? Create(RunSpec spec, ICollection<string> problems)
    {
        var mistakes = new List<SpecProblem>();
        var parameters = SpecBinder.Bind<OscillatorParameters>(spec.Model.Parameters, "model", mistakes);
        foreach (var mistake in mistakes)
        {
            problems.Add(mistake.ToString());
        }

        if (mistakes.Count > 0)
        {
            return null;
        }

        var (train, test) = OscillatorData.Draw(parameters, spec.Seed, spec.Data.Train ?? DefaultTrain, spec.Data.Test ?? DefaultTest);
        return new OscillatorTask(parameters, train, test);
    }

    /// <inheritdoc />
    public nn.Module BuildModel() => new Forecaster(parameters.Hidden);

    /// <inheritdoc />
    public Batch ReadBatch(Split split, Tensor indices)
    {
        var (inputs, targets) = split == Split.Train ? train : test;
        return new Batch(inputs.index_select(0, indices), targets.index_select(0, indices));
    }

    /// <summary>
    /// The pinball loss: a quantile q pays q for each unit that the truth lies above it, 1 − q for each unit below. One loss per example and not their mean, because
    /// sample weights act on them.
    /// </summary>
    public Tensor Losses(nn.Module model, Batch batch)
    {
        var miss = batch.Targets - Forecast(model, batch);
        return (miss * quantiles).maximum(miss * (quantiles - 1)).mean([1]);
    }

    /// <inheritdoc />
    public BatchScores Evaluate(nn.Module model, Batch batch)
    {
        var forecast = Forecast(model, batch);
        var (low, high) = (forecast.narrow(1, 0, 1), forecast.narrow(1, Quantiles.Length - 1, 1));
        var inside = batch.Targets.ge(low).mul(batch.Targets.le(high));
        return new BatchScores(Losses(model, batch), inside.flatten());
    }

    /// <summary>Tensors that outlive a step are released here.</summary>
    public void Dispose()
    {
        train.Inputs.Dispose();
        train.Targets.Dispose();
        test.Inputs.Dispose();
        test.Targets.Dispose();
        quantiles.Dispose();
    }

    private static Tensor Forecast(nn.Module model, Batch batch) => ((Forecaster)model).call(batch.Inputs);

    // Detached: the scope of whoever made the task ends long before the task does.
    private static (Tensor Inputs, Tensor Targets) ToTensors(OscillatorData data) => (
        tensor(data.Inputs).reshape(-1, OscillatorData.Window).DetachFromDisposeScope(),
        tensor(data.Targets).reshape(-1, 1).DetachFromDisposeScope());
}
