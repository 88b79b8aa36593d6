using System.Runtime.InteropServices;
using System.Text;
using Distributed.Algorithms.Tensors;
using Distributed.Node.Data.Random;
using Distributed.Node.Engine;
using Distributed.Protocols.Runs;
using TorchSharp;
using static TorchSharp.torch;

namespace Distributed.Node.Models.Language;

/// <summary>Writes text with a trained language model. Used by the thread that opened it.</summary>
public sealed class TextGenerator : IDisposable
{
    private readonly Transformer model;
    private readonly int context;

    private TextGenerator(Transformer model, int context) => (this.model, this.context) = (model, context);

    /// <summary>Builds a run's model and loads its tensors.</summary>
    /// <param name="spec">The run.</param>
    /// <param name="tensors">What it trained.</param>
    /// <param name="threads">Threads inside an operator, at least 1.</param>
    /// <param name="problems">Receives everything that is wrong.</param>
    /// <returns>The generator, or null when there is a problem.</returns>
    public static TextGenerator? Open(RunSpec spec, TensorSet tensors, int threads, ICollection<string> problems)
    {
        ArgumentNullException.ThrowIfNull(spec);
        ArgumentNullException.ThrowIfNull(tensors);
        ArgumentNullException.ThrowIfNull(problems);
        if (spec.Model.Name != Transformer.Name)
        {
            problems.Add($"the run trains model {spec.Model.Name}; text is written by model {Transformer.Name}");
            return null;
        }

        var mistakes = new List<SpecProblem>();
        var parameters = SpecBinder.Bind<TransformerParameters>(spec.Model.Parameters, "model", mistakes);
        if (mistakes.Count > 0)
        {
            mistakes.ForEach(mistake => problems.Add(mistake.ToString()));
            return null;
        }

        TorchEngine.EnterThread(threads);
        var model = new Transformer(parameters, LanguageModelling.Vocabulary);
        var state = new ModelState(model);
        if (!state.Manifest.Equals(tensors.Manifest))
        {
            problems.Add("the tensors are not those of the run's model: " + string.Join("; ", state.Manifest.Differences(tensors.Manifest)));
            model.Dispose();
            return null;
        }

        state.Load(tensors.Data.Span);
        model.eval();
        return new TextGenerator(model, parameters.Context);
    }

    /// <summary>Goes on with a text: the same arguments give the same text.</summary>
    /// <param name="prompt">What to go on from; of a long one the last tokens that the model can look back on.</param>
    /// <param name="sampling">How to choose.</param>
    /// <param name="cancellation">Looked at once a token.</param>
    /// <returns>What follows the prompt; bytes that are no UTF-8 as U+FFFD.</returns>
    public string Generate(string prompt, TextSampling sampling, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(sampling);
        // A model must be given something: an empty prompt is the beginning of a line.
        var tokens = Encoding.UTF8.GetBytes(string.IsNullOrEmpty(prompt) ? "\n" : prompt).ToList();
        var stream = new RandomStream(sampling.Seed, RandomPurpose.TextSampling);
        var first = tokens.Count;
        using var mode = no_grad();
        while (tokens.Count < first + sampling.Length)
        {
            cancellation.ThrowIfCancellationRequested();
            tokens.Add((byte)sampling.Choose(Scores(tokens), ref stream));
        }

        return Encoding.UTF8.GetString(CollectionsMarshal.AsSpan(tokens)[first..]);
    }

    /// <inheritdoc/>
    public void Dispose() => model.Dispose();

    private float[] Scores(List<byte> tokens)
    {
        using var scope = NewDisposeScope();
        var seen = tokens.TakeLast(context).Select(token => (long)token).ToArray();
        return model.call(tensor(seen).unsqueeze(0)).select(1, -1).flatten().data<float>().ToArray();
    }
}
