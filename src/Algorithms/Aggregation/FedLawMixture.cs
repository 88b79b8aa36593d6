using System.Numerics;
using System.Numerics.Tensors;
using Distributed.Algorithms.Tensors;

namespace Distributed.Algorithms.Aggregation;

/// <summary>
/// The mixed model γ Σ λ w on the proxy set. A step costs two sweeps over the clients' models (mix them, multiply them with the gradient)
/// and one pass of the proxy batch; nothing is differentiated through the clients.
/// </summary>
internal abstract class FedLawMixture
{
    public abstract int BatchCount { get; }

    /// <exception cref="ArgumentException">There is no proxy set, it is empty, or of a type that is not supported.</exception>
    public static FedLawMixture Open(AggregationInput input, CancellationToken cancellation) => input.Proxy switch
    {
        null => throw new ArgumentException("FedLAW needs a proxy set.", nameof(input)),
        { BatchCount: < 1 } => throw new ArgumentException("The proxy set is empty.", nameof(input)),
        IProxyObjective<float> single => new FedLawMixture<float>(input, single, cancellation),
        IProxyObjective<double> wide => new FedLawMixture<double>(input, wide, cancellation),
        var other => throw new ArgumentException($"{other.GetType().Name} is neither single nor double precision.", nameof(input)),
    };

    public abstract void StartEpoch(int epoch);

    /// <summary>The loss of a batch at the mixed model, and its gradient's dot products with each update w - x and with x.</summary>
    public abstract (double Loss, double[] OnUpdates, double OnReference) Evaluate(int batch, double gamma, double[] lambda);

    /// <summary>The loss of the mixed model on the whole proxy set.</summary>
    public abstract double Loss(double gamma, double[] lambda);

    /// <summary>|(1 - γ) x| / |γ Σ λ (w - x)|: how the pull towards zero compares with the step.</summary>
    public abstract double ShrinkRatio(double gamma, double[] lambda);
}

/// <summary>With flat models of one element type.</summary>
internal sealed class FedLawMixture<T> : FedLawMixture
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly AggregationInput _input;
    private readonly IProxyObjective<T> _objective;
    private readonly CancellationToken _cancellation;
    private readonly T[] _model;
    private readonly T[] _gradient;

    public FedLawMixture(AggregationInput input, IProxyObjective<T> objective, CancellationToken cancellation)
    {
        (_input, _objective, _cancellation) = (input, objective, cancellation);
        _model = new T[input.Manifest.ParameterCount];
        _gradient = new T[input.Manifest.ParameterCount];
    }

    public override int BatchCount => _objective.BatchCount;

    public override void StartEpoch(int epoch) => _objective.StartEpoch(epoch);

    public override (double Loss, double[] OnUpdates, double OnReference) Evaluate(int batch, double gamma, double[] lambda)
    {
        Mix(gamma, lambda);
        var loss = _objective.Evaluate(batch, _model, _gradient);
        var clients = _input.Updates;
        var sums = ColumnSweep.Total(
            _input, t => t.IsTrainable, 1 + clients.Length, (in Columns columns, SweepBuffers buffers, Span<double> sum) =>
        {
            var gradient = buffers.Vector(0, columns.Count);
            TensorPrimitives.ConvertTruncating<T, double>(_gradient.AsSpan((int)columns.Flat, columns.Count), gradient);
            var x = buffers.Read(_input.Reference, columns, 1);
            sum[^1] += Reductions.Dot<double>(gradient, x);
            ModelDots.Add(clients, columns, x, gradient, buffers, 2, sum);
        }, _cancellation);
        return (loss, sums[..^1], sums[^1]);
    }

    public override double Loss(double gamma, double[] lambda)
    {
        Mix(gamma, lambda);
        return _objective.Loss(_model);
    }

    public override double ShrinkRatio(double gamma, double[] lambda)
    {
        var clients = _input.Updates;
        var sums = ColumnSweep.Total(_input, t => t.IsTrainable, 2, (in Columns columns, SweepBuffers buffers, Span<double> sum) =>
        {
            var x = buffers.Read(_input.Reference, columns, 0);
            sum[0] += Reductions.SquaredNorm<double>(x);
            sum[1] += Reductions.SquaredDistance<double>(MixPiece(columns, buffers, lambda), x);
        }, _cancellation);
        return Math.Abs(1 - gamma) * Math.Sqrt(sums[0]) / (gamma * Math.Sqrt(sums[1]));
    }

    private void Mix(double gamma, double[] lambda)
    {
        var scaled = lambda.Select(l => l * gamma).ToArray();
        ColumnSweep.Total(_input, t => t.IsTrainable, 0, (in Columns columns, SweepBuffers buffers, Span<double> _) =>
            TensorPrimitives.ConvertTruncating<double, T>(
                MixPiece(columns, buffers, scaled), _model.AsSpan((int)columns.Flat, columns.Count)), _cancellation);
    }

    /// <summary>Σ factor × w of a piece, in the third vector.</summary>
    private Span<double> MixPiece(in Columns columns, SweepBuffers buffers, double[] factors)
    {
        var mixed = buffers.Vector(2, columns.Count);
        ModelSum.Of(_input.Updates, factors, columns.Tensor.DType, columns.Offset, mixed, buffers.Bytes);
        return mixed;
    }
}
