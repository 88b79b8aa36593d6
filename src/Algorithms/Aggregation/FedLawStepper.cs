namespace Distributed.Algorithms.Aggregation;

/// <summary>An optimiser over θ; K + 1 numbers, so double precision costs nothing.</summary>
internal abstract class FedLawStepper
{
    public static FedLawStepper Create(FedLawOptimiser kind, int length) =>
        kind == FedLawOptimiser.Adam ? new Adam(length) : new Momentum(length);

    /// <summary>One step, in place.</summary>
    public abstract void Step(double[] theta, double[] gradient, double rate);

    private sealed class Adam(int length) : FedLawStepper
    {
        private const double Beta1 = 0.5;
        private const double Beta2 = 0.999;
        private const double Epsilon = 1e-8;

        private readonly double[] _mean = new double[length];
        private readonly double[] _square = new double[length];
        private int _steps;

        public override void Step(double[] theta, double[] gradient, double rate)
        {
            _steps++;
            var meanBias = 1 - Math.Pow(Beta1, _steps);
            var squareBias = Math.Sqrt(1 - Math.Pow(Beta2, _steps));
            for (var i = 0; i < theta.Length; i++)
            {
                _mean[i] = (Beta1 * _mean[i]) + ((1 - Beta1) * gradient[i]);
                _square[i] = (Beta2 * _square[i]) + ((1 - Beta2) * gradient[i] * gradient[i]);
                theta[i] -= rate / meanBias * _mean[i] / ((Math.Sqrt(_square[i]) / squareBias) + Epsilon);
            }
        }
    }

    private sealed class Momentum(int length) : FedLawStepper
    {
        private const double Decay = 0.9;

        // Zeros: the first velocity is the first gradient.
        private readonly double[] _velocity = new double[length];

        public override void Step(double[] theta, double[] gradient, double rate)
        {
            for (var i = 0; i < theta.Length; i++)
            {
                _velocity[i] = (Decay * _velocity[i]) + gradient[i];
                theta[i] -= rate * _velocity[i];
            }
        }
    }
}
