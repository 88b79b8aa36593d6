using Distributed.Node.Data.Text;
using Distributed.Protocols.Runs;
using TorchSharp;
using static TorchSharp.torch;

namespace Distributed.Node.Models.Language;

/// <summary>Texts of several domains, a transformer over their bytes, cross-entropy of each next byte. The last tenth of each domain is held out.</summary>
internal sealed class LanguageModelling : ILearningTask
{
    /// <summary>Tokens are bytes.</summary>
    public const int Vocabulary = 256;

    private const int HeldOut = 10;

    private static readonly long[] OverTokens = [1];

    private readonly TransformerParameters parameters;
    private readonly TokenSequences train;
    private readonly TokenSequences test;

    private LanguageModelling(TransformerParameters parameters, TextDomain[] texts)
    {
        this.parameters = parameters;
        Domains = [.. texts.Select(text => text.Name)];
        train = new TokenSequences([.. texts.Select(text => new ArraySegment<byte>(text.Bytes, 0, Cut(text)))], parameters.Context);
        test = new TokenSequences([.. texts.Select(text => new ArraySegment<byte>(text.Bytes, Cut(text), text.Bytes.Length - Cut(text)))], parameters.Context);
    }

    public int TrainCount => train.DomainOf.Length;

    public int TestCount => test.DomainOf.Length;

    public IReadOnlyList<int> TrainLabels => train.DomainOf;

    public IReadOnlyList<int> TestLabels => test.DomainOf;

    public IReadOnlyList<string> Domains { get; }

    /// <summary>Reads a run's texts; null when there is a problem.</summary>
    /// <param name="spec">A run as checked.</param>
    /// <param name="problems">Receives everything that is wrong, naming the file.</param>
    public static LanguageModelling? Create(RunSpec spec, ICollection<string> problems)
    {
        var parameters = SpecBinder.Bind<TransformerParameters>(spec.Model.Parameters, "model", []);
        if (spec.Data.Path is not { } path || TextFolder.Read(path, problems) is not { } texts)
        {
            return null;
        }

        var needed = HeldOut * (parameters.Context + 1);
        var scarce = texts.Where(text => text.Bytes.Length < needed).ToList();
        foreach (var text in scarce)
        {
            problems.Add($"{path}: domain {text.Name} has {text.Bytes.Length} bytes, fewer than the {needed} of which a tenth holds a sequence (model.context {parameters.Context})");
        }

        return scarce.Count == 0 ? new LanguageModelling(parameters, texts) : null;
    }

    public nn.Module BuildModel() => new Transformer(parameters, Vocabulary);

    public TextSize TestSize(int index) => new(parameters.Context, parameters.Context);

    public Batch ReadBatch(Split split, Tensor indices)
    {
        var tokens = (split == Split.Train ? train : test).Read(indices);
        return new Batch(tokens.narrow(1, 0, parameters.Context), tokens.narrow(1, 1, parameters.Context));
    }

    /// <summary>The loss of each token in nats, shape [batch, length].</summary>
    public static Tensor TokenLosses(nn.Module model, Batch batch)
    {
        var scores = ((nn.Module<Tensor, Tensor>)model).call(batch.Inputs);
        return nn.functional.cross_entropy(scores.flatten(0, 1), batch.Targets.flatten(), reduction: nn.Reduction.None).view(batch.Targets.shape);
    }

    public Tensor Losses(nn.Module model, Batch batch) => TokenLosses(model, batch).mean(OverTokens);

    public BatchScores Evaluate(nn.Module model, Batch batch)
    {
        var losses = Losses(model, batch);
        return new BatchScores(losses, zeros_like(losses, dtype: ScalarType.Bool));
    }

    public void Dispose()
    {
        train.Dispose();
        test.Dispose();
    }

    private static int Cut(TextDomain text) => text.Bytes.Length - (text.Bytes.Length / HeldOut);
}
