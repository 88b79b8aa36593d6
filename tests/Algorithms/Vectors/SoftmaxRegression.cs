using System.Text.Json.Nodes;
using Distributed.Algorithms.Aggregation;

namespace Distributed.Algorithms.Tests.Vectors;

/// <summary>The vectors' proxy model: logits = X W + b, flattened as W row-major (features × classes), then b; mean cross-entropy.</summary>
internal sealed class SoftmaxRegression(int dim, int classes, IReadOnlyList<(double[][] Features, int[] Labels)> batches) : IProxyObjective<double>
{
    public int BatchCount => batches.Count;

    public static SoftmaxRegression Of(VectorCase c)
    {
        static (double[][], int[]) Batch(JsonNode b) => (
            [.. b["features"]!.AsArray().Select(r => VectorCase.Numbers(r!))],
            [.. VectorCase.Numbers(b["labels"]!).Select(l => (int)l)]);
        return new SoftmaxRegression(c.Int("dim"), c.Int("classes"),
            c.Has("batches") ? [.. c.Json["batches"]!.AsArray().Select(b => Batch(b!))] : [Batch(c.Json)]);
    }

    public void StartEpoch(int epoch)
    {
    }

    public double Loss(ReadOnlySpan<double> model)
    {
        var (sum, count) = (0.0, 0);
        for (var b = 0; b < batches.Count; b++)
        {
            sum += Evaluate(b, model, new double[model.Length]) * batches[b].Labels.Length;
            count += batches[b].Labels.Length;
        }
        return sum / count;
    }

    public double Evaluate(int batch, ReadOnlySpan<double> model, Span<double> gradient)
    {
        gradient.Clear();
        var (features, labels) = batches[batch];
        var loss = 0.0;
        for (var row = 0; row < labels.Length; row++)
        {
            var p = Probabilities(features[row], model);
            loss -= Math.Log(p[labels[row]]) / labels.Length;
            for (var k = 0; k < classes; k++)
            {
                var slope = (p[k] - (k == labels[row] ? 1 : 0)) / labels.Length;
                for (var j = 0; j < dim; j++) gradient[(j * classes) + k] += slope * features[row][j];
                gradient[(dim * classes) + k] += slope;
            }
        }
        return loss;
    }

    private double[] Probabilities(double[] x, ReadOnlySpan<double> model)
    {
        var logits = new double[classes];
        for (var k = 0; k < classes; k++)
        {
            logits[k] = model[(dim * classes) + k];
            for (var j = 0; j < dim; j++) logits[k] += x[j] * model[(j * classes) + k];
        }
        var highest = logits.Max();
        var exp = logits.Select(l => Math.Exp(l - highest)).ToArray();
        return [.. exp.Select(e => e / exp.Sum())];
    }
}
