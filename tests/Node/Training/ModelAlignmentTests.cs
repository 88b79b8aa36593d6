using System.Runtime.InteropServices;
using System.Text.Json.Nodes;
using Distributed.Algorithms.Aggregation;
using Distributed.Algorithms.Merging.Permutations;
using Distributed.Algorithms.Tensors;
using Distributed.Node.Models;
using Distributed.Node.Models.Graphs;
using Distributed.Node.Tests.Fixtures;
using Distributed.Node.Tests.Models;
using Distributed.Node.Training;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;

namespace Distributed.Node.Tests.Training;

/// <summary>Clients that align what they trained with the model that they started from.</summary>
public sealed class ModelAlignmentTests
{
    private const double Tolerance = 1e-9;

    public static TheoryData<string> VectorFiles => [.. Directory.EnumerateFiles(Vectors, "federated_rebasin*.json", SearchOption.AllDirectories)];

    [Theory]
    [MemberData(nameof(VectorFiles))]
    public void Align_VectorOfPermutedNoisyClients_GivesTheAggregateWhereThePlainMeanIsFar(string file)
    {
        using var scope = NewDisposeScope();
        var vector = JsonNode.Parse(File.ReadAllText(file))!;
        var (model, input) = Mlp(vector["global"]!.AsObject());
        var (alignment, manifest) = (AlignmentOf(model, input), new ModelState(model).Manifest);
        var global = Flat(manifest, vector["global"]!);
        var clients = vector["clients"]!.AsArray().Select(client => Flat(manifest, client!)).ToArray();
        var naive = Mean(clients, vector);

        foreach (var client in clients)
        {
            var metrics = alignment.Align(manifest, MemoryMarshal.AsBytes<double>(global), MemoryMarshal.AsBytes(client.AsSpan()), default);
            Assert.True(metrics["rebasin.moved"] > 0 && metrics["rebasin.gain"] > 0, string.Join(", ", metrics));
            Assert.Equal(metrics["rebasin.gain"], metrics["rebasin.after"] - metrics["rebasin.before"], Tolerance);
        }

        Near(Flat(manifest, vector["aggregate"]!), Mean(clients, vector));
        Near(Flat(manifest, vector["naive"]!), naive);
        Assert.Equal((double)vector["distance_aggregate"]!, Distance(global, Mean(clients, vector)), Tolerance);
        Assert.Equal((double)vector["distance_naive"]!, Distance(global, naive), Tolerance);
    }

    [Theory]
    [InlineData("resnet batch")]
    [InlineData("attention tied")]
    [InlineData("lenet")]
    public void Align_RelabelledCopy_GivesTheVeryModelWithItsStatistics(string name)
    {
        using var scope = NewDisposeScope();
        var (model, inputs) = GraphModels.Build(name);
        var spec = ModuleGraph.Read(model, inputs, [])!.Symmetry.Spec;
        var state = new ModelState(model);
        var random = new TensorSet(state.Manifest);
        // The check leaves random numbers in all tensors, running statistics too.
        ModuleCheck.Run(model, spec, m => [((nn.Module<Tensor, Tensor>)m).call(inputs)], seed: 5);
        state.Save(random.Data.Span);
        var from = random.Data.ToArray();
        var to = (byte[])from.Clone();
        var sizes = spec.Sizes(state.Manifest);
        PermutedModel.Apply(
            spec, UnitPermutations.Shuffled(sizes, 7), new TensorSet(state.Manifest, to));
        Assert.False(to.AsSpan().SequenceEqual(from));

        var metrics = AlignmentOf(model, inputs).Align(state.Manifest, from, to, default);

        Assert.True(to.AsSpan().SequenceEqual(from), string.Join(", ", metrics));
    }

    [Fact]
    public void Align_UntouchedModel_MovesNothingAndKeepsEveryBit()
    {
        using var scope = NewDisposeScope();
        var (model, inputs) = GraphModels.Build("resnet batch");
        var state = new ModelState(model);
        var from = new byte[state.Manifest.ByteLength];
        state.Save(from);
        var to = (byte[])from.Clone();

        var metrics = AlignmentOf(model, inputs).Align(state.Manifest, from, to, default);

        Assert.Equal((0.0, 0.0), (metrics["rebasin.moved"], metrics["rebasin.gain"]));
        Assert.True(to.AsSpan().SequenceEqual(from));
    }

    [Fact]
    public void Align_NumbersThatAreNone_FailTheTrainingAndNameTheTensor()
    {
        using var scope = NewDisposeScope();
        var (model, inputs) = GraphModels.Build("mlp");
        var state = new ModelState(model);
        var (from, to) = (new byte[state.Manifest.ByteLength], new byte[state.Manifest.ByteLength]);
        state.Save(from);
        state.Save(to);
        new TensorSet(state.Manifest, to).Values<float>("fc2.weight")[3] = float.NaN;

        var failed = Assert.Throws<TrainingFailedException>(() => AlignmentOf(model, inputs).Align(state.Manifest, from, to, default));

        Assert.Contains("fc2.weight", failed.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Federation_OfClientsThatRelabelTheirUnits_LearnsOnlyWhenTheyAreAligned()
    {
        var seed = Seeds.Next();

        var plain = await AccuracyAsync(seed, "fedavg");
        var aligned = await AccuracyAsync(seed, "rebasin");

        Assert.True(aligned > 0.9 && plain < aligned - 0.1, $"seed {seed}: aligned {aligned}, plain {plain}");
    }

    [Theory]
    [InlineData("""{ "name": "linear" }""", "aggregator rebasin cannot align model linear: no unit of the model can change its place: it has no hidden layer")]
    [InlineData("""{ "name": "mlp", "hidden": [] }""", "aggregator rebasin cannot align model mlp: no unit of the model can change its place: it has no hidden layer")]
    public void Create_ModelWithoutHiddenUnits_IsRefused(string model, string problem)
    {
        var problems = new List<string>();

        Assert.Null(Workloads.Create(Spec(1, model, "rebasin"), NodePlugins.None, problems));

        Assert.Equal([problem], problems);
    }

    [Fact]
    public void Create_TaskWhoseModelIsOpaque_IsRefusedNamingTheLayer()
    {
        var problems = new List<string>();

        Assert.Null(Workloads.Create(
            Spec(1, """{ "name": "own" }""", "rebasin"), NodePlugins.None.With("own", (_, _) => new Relabelled(new Opaque(), 0)), problems));

        Assert.StartsWith("aggregator rebasin cannot align model own: no unit of the model can change its place: the model (Opaque): ", Assert.Single(problems), StringComparison.Ordinal);
    }

    [Fact]
    public void Create_TaskWithOneOpaqueLayer_IsTakenAndSaysWhichIsNotAligned()
    {
        var problems = new List<string>();
        var model = nn.Sequential(("fc1", nn.Linear(2, 8)), ("relu", nn.ReLU()), ("fc2", nn.Linear(8, 2)), ("own", new Opaque()));

        using var workload = Workloads.Create(
            Spec(1, """{ "name": "own" }""", "rebasin"), NodePlugins.None.With("own", (_, _) => new Relabelled(model, 0)), problems);

        Assert.Empty(problems);
        Assert.Equal(["not aligned: layer own (Opaque): what its forward does with its layers is its own"], workload!.Remarks);
    }

    [Fact]
    public void Create_TaskThatUsesItsModelOtherwiseThanItsModulesSay_IsRefused()
    {
        var problems = new List<string>();

        Assert.Null(Workloads.Create(
            Spec(1, """{ "name": "own" }""", "rebasin"), NodePlugins.None.With("own", (_, _) => new Relabelled(null, 0) { PrefersFirstUnit = true }), problems));

        Assert.StartsWith("aggregator rebasin cannot align model own: the model is not what its modules say: ", Assert.Single(problems), StringComparison.Ordinal);
    }

    private static string Vectors =>
        Environment.GetEnvironmentVariable("DISTRIBUTED_VECTORS") is { Length: > 0 } folder ? folder : Path.Combine(AppContext.BaseDirectory, "vectors");

    private static async Task<double> AccuracyAsync(int seed, string aggregator)
    {
        using var federation = new LocalFederation(
            Spec(seed, """{ "name": "own" }""", aggregator), workers: 1, NodePlugins.None.With("own", (run, _) => new Relabelled(null, run.Seed)));
        await federation.RunAsync();
        var result = await federation.EvaluateAsync();
        return result.Correct / (double)result.Examples;
    }

    private static Protocols.Runs.RunSpec Spec(int seed, string model, string aggregator) => Specs.Parse($$"""
        {
          "kind": "federated", "name": "align", "seed": {{seed}}, "rounds": 6,
          "data": { "source": "glyphs", "clients": 4, "train": 400, "test": 100 },
          "model": {{model}}, "aggregator": { "name": "{{aggregator}}" },
          "training": { "epochs": 2, "batch": 20, "optimizer": { "name": "sgd", "learningRate": 0.1 } }
        }
        """);

    private static ModelAlignment AlignmentOf(nn.Module model, Tensor inputs)
    {
        var graph = ModuleGraph.Read(model, inputs, [])!;
        return new ModelAlignment(new ModelSymmetry(graph.Symmetry.Spec, graph), new RebasinParameters().Matching);
    }

    // The vector's network, whatever its size: dense layers l0, l1 … with a ReLU between them.
    private static (nn.Module Model, Tensor Input) Mlp(JsonObject global)
    {
        var shapes = Enumerable.Range(0, global.Count / 2).Select(i => global[$"l{i}.weight"]!["shape"]!.AsArray().Select(n => (long)n!).ToArray()).ToArray();
        var layers = shapes.SelectMany((shape, i) => new (string, nn.Module<Tensor, Tensor>)[]
        {
            ($"l{i}", nn.Linear(shape[1], shape[0], dtype: ScalarType.Float64)), ($"relu{i}", nn.ReLU()),
        });
        return (nn.Sequential(layers.SkipLast(1)), zeros(1, shapes[0][1], dtype: ScalarType.Float64));
    }

    private static double[] Flat(TensorManifest manifest, JsonNode tensors) =>
        [.. manifest.Entries.SelectMany(entry => tensors[entry.Name]!["data"]!.AsArray().Select(n => (double)n!))];

    private static double[] Mean(double[][] clients, JsonNode vector)
    {
        var samples = vector["samples"]!.AsArray().Select(n => (double)n!).ToArray();
        return [.. Enumerable.Range(0, clients[0].Length).Select(i => clients.Select((client, k) => samples[k] * client[i]).Sum() / samples.Sum())];
    }

    private static double Distance(double[] one, double[] other) => Math.Sqrt(one.Zip(other, (a, b) => (a - b) * (a - b)).Sum());

    private static void Near(double[] expected, double[] actual) => Assert.True(Distance(expected, actual) < Tolerance);

    /// <summary>
    /// Points in four corners, and a network of one hidden layer whose units change places at every step of training, the same places for the same batch:
    /// what any client returns computes what it learned, in an order of its own.
    /// </summary>
    private sealed class Relabelled(nn.Module<Tensor, Tensor>? own, int seed) : ILearningTask
    {
        private const int Corners = 4;
        private const int TrainExamples = 400;
        private readonly Tensor points = Points().DetachFromDisposeScope();
        private readonly Tensor corners = (arange(TrainExamples) % Corners).DetachFromDisposeScope();

        /// <summary>Whether a loss depends on which unit is the first.</summary>
        public bool PrefersFirstUnit { get; init; }

        public int TrainCount => TrainExamples;

        public int TestCount => 100;

        public IReadOnlyList<int> TrainLabels { get; } = [.. Enumerable.Range(0, TrainExamples).Select(i => i % Corners)];

        public nn.Module BuildModel() => own ?? nn.Sequential(("fc1", nn.Linear(2, 32)), ("relu", nn.ReLU()), ("fc2", nn.Linear(32, Corners)));

        public Batch ReadBatch(Split split, Tensor indices) => new(points.index_select(0, indices), corners.index_select(0, indices));

        public Tensor Losses(nn.Module model, Batch batch)
        {
            if (model.training)
            {
                Relabel(model, BitConverter.SingleToInt32Bits(batch.Inputs.sum().item<float>()));
            }

            var losses = nn.functional.cross_entropy(((nn.Module<Tensor, Tensor>)model).call(batch.Inputs), batch.Targets, reduction: nn.Reduction.None);
            return PrefersFirstUnit ? losses + model.get_parameter("fc1.bias")!.select(0, 0) : losses;
        }

        public BatchScores Evaluate(nn.Module model, Batch batch)
        {
            var scores = ((nn.Module<Tensor, Tensor>)model).call(batch.Inputs);
            return new(nn.functional.cross_entropy(scores, batch.Targets, reduction: nn.Reduction.None), scores.argmax(1).eq(batch.Targets));
        }

        public void Dispose()
        {
            points.Dispose();
            corners.Dispose();
        }

        private static Tensor Points()
        {
            var values = new float[TrainExamples * 2];
            var random = new Random(3);
            for (var i = 0; i < TrainExamples; i++)
            {
                values[2 * i] = ((i % 2) * 2) - 1 + (0.3f * (random.NextSingle() - 0.5f));
                values[(2 * i) + 1] = ((i / 2 % 2) * 2) - 1 + (0.3f * (random.NextSingle() - 0.5f));
            }

            return tensor(values, [TrainExamples, 2]);
        }

        private void Relabel(nn.Module model, int order)
        {
            var spec = new PermutationSpec([TensorAxes.Of("fc1.weight", "P", null), TensorAxes.Of("fc1.bias", "P"), TensorAxes.Of("fc2.weight", null, "P")]);
            var state = new ModelState(model);
            var numbers = new TensorSet(state.Manifest);
            state.Save(numbers.Data.Span);
            PermutedModel.Apply(
                spec, UnitPermutations.Shuffled(spec.Sizes(state.Manifest), seed ^ order), numbers);
            state.Load(numbers.Data.Span);
        }
    }

    private sealed class Opaque : nn.Module<Tensor, Tensor>
    {
        private readonly nn.Module<Tensor, Tensor> layer = nn.Linear(2, 4);

        public Opaque()
            : base(nameof(Opaque)) => RegisterComponents();

        public override Tensor forward(Tensor input) => layer.call(input).tanh();
    }
}
