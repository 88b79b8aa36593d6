namespace Distributed.Algorithms.Aggregation;

/// <summary>γ and λ in unconstrained numbers: θ = (a_1 … a_K, g).</summary>
internal sealed class FedLawWeights
{
    private readonly FedLawParametrisation _kind;

    private FedLawWeights(FedLawParametrisation kind, double[] theta)
    {
        _kind = kind;
        Theta = theta;
    }

    /// <summary>θ, to be stepped in place.</summary>
    public double[] Theta { get; }

    public int Count => Theta.Length - 1;

    public bool IsFinite => Theta.All(double.IsFinite) && double.IsFinite(Gamma);

    public double Gamma => _kind == FedLawParametrisation.Exp ? Math.Exp(Theta[^1]) : Theta[^1] * Theta[^1];

    public double[] Lambda => _kind == FedLawParametrisation.Exp ? Softmax(A) : Squares(A);

    private ReadOnlySpan<double> A => Theta.AsSpan(0, Count);

    /// <summary>Where every round starts; γ is 1.</summary>
    /// <param name="kind">How γ and λ are written.</param>
    /// <param name="shares">The clients' shares of the examples, all above 0: p.</param>
    /// <param name="lambdaIsFixed">Whether λ will stay where it starts, which then has to be p.</param>
    public static FedLawWeights Start(FedLawParametrisation kind, ReadOnlySpan<double> shares, bool lambdaIsFixed)
    {
        var theta = new double[shares.Length + 1];
        for (var i = 0; i < shares.Length; i++)
        {
            theta[i] = kind == FedLawParametrisation.Exp
                ? Math.Log(shares[i])
                // The published start ignores the shares.
                : Math.Sqrt(lambdaIsFixed ? shares[i] : 1.0 / shares.Length);
        }
        theta[^1] = kind == FedLawParametrisation.Exp ? 0 : 1;
        return new FedLawWeights(kind, theta);
    }

    /// <summary>With other numbers for a.</summary>
    public static FedLawWeights From(FedLawParametrisation kind, double[] theta) => new(kind, theta);

    /// <summary>
    /// dL/dθ, given the gradient G of the loss at the mixed model only through dot products. With s_i = &lt;G, w_i&gt; and s = Σ λ s_i, the
    /// part
    /// &lt;G, x&gt; common to all s_i cancels from s_i - s; so that no digits cancel with it, the caller gives &lt;G, w_i - x&gt; and
    /// &lt;G, x&gt; apart.
    /// </summary>
    public double[] Gradient(ReadOnlySpan<double> onUpdates, double onReference)
    {
        var (gamma, lambda) = (Gamma, Lambda);
        var mean = 0.0;
        for (var i = 0; i < lambda.Length; i++) mean += lambda[i] * onUpdates[i];
        var squares = 0.0;
        foreach (var a in A) squares += a * a;

        var gradient = new double[Theta.Length];
        for (var i = 0; i < lambda.Length; i++)
        {
            var ascent = onUpdates[i] - mean;
            gradient[i] = _kind == FedLawParametrisation.Exp ? gamma * lambda[i] * ascent : 2 * gamma * Theta[i] * ascent / squares;
        }
        var s = onReference + mean;
        gradient[^1] = _kind == FedLawParametrisation.Exp ? gamma * s : 2 * Theta[^1] * s;
        return gradient;
    }

    private static double[] Softmax(ReadOnlySpan<double> a)
    {
        var highest = double.NegativeInfinity;
        foreach (var x in a) highest = Math.Max(highest, x);
        var lambda = new double[a.Length];
        for (var i = 0; i < a.Length; i++) lambda[i] = Math.Exp(a[i] - highest);
        return Normalise(lambda);
    }

    private static double[] Squares(ReadOnlySpan<double> a)
    {
        var lambda = new double[a.Length];
        for (var i = 0; i < a.Length; i++) lambda[i] = a[i] * a[i];
        return Normalise(lambda);
    }

    private static double[] Normalise(double[] lambda)
    {
        var sum = 0.0;
        foreach (var x in lambda) sum += x;
        for (var i = 0; i < lambda.Length; i++) lambda[i] /= sum;
        return lambda;
    }
}
