namespace Distributed.Algorithms.Aggregation;

/// <summary>One step of learning.</summary>
/// <param name="Rate">The learning rate in force.</param>
/// <param name="Loss">The batch's loss before the step.</param>
/// <param name="Gradient">dL/dθ before the step, zero where θ is frozen.</param>
/// <param name="Theta">θ after the step.</param>
internal sealed record FedLawStep(double Rate, double Loss, double[] Gradient, double[] Theta);

/// <summary>Learns γ and λ of one round; everything starts anew in every round, as in the published code.</summary>
internal sealed class FedLawLearner(FedLawParameters parameters, double[] shares)
{
    private readonly List<FedLawStep> _trace = [];
    private int _epochs;

    /// <summary>The steps taken.</summary>
    public IReadOnlyList<FedLawStep> Trace => _trace;

    /// <summary>How many epochs λ was averaged over in the first of two stages.</summary>
    public int Averaged { get; private set; }

    /// <summary>The γ and λ that the learning ends with.</summary>
    public FedLawWeights Run(FedLawMixture mixture)
    {
        var weights = FedLawWeights.Start(parameters.Parametrisation, shares, parameters.Learn == FedLawLearn.Gamma);
        if (parameters.Learn == FedLawLearn.TwoStage) return TwoStages(mixture, weights);

        var stepper = FedLawStepper.Create(parameters.Optimiser, weights.Theta.Length);
        for (var epoch = 0; epoch < parameters.ServerEpochs; epoch++)
        {
            Epoch(mixture, weights, stepper, FedLawSchedule.Halving(parameters.LearningRate, epoch),
                freezeLambda: parameters.Learn == FedLawLearn.Gamma, freezeGamma: parameters.Learn == FedLawLearn.Lambda);
        }
        return weights;
    }

    private FedLawWeights TwoStages(FedLawMixture mixture, FedLawWeights weights)
    {
        var epochs = parameters.ServerEpochs / 2;
        var average = new double[weights.Count];
        var stepper = FedLawStepper.Create(parameters.Optimiser, weights.Theta.Length);
        var rates = FedLawSchedule.FirstStage(parameters.LearningRate, epochs);
        for (var epoch = 0; epoch < epochs; epoch++)
        {
            Epoch(mixture, weights, stepper, rates[epoch], freezeLambda: false, freezeGamma: true);
            if (epoch < FedLawSchedule.FirstAveraged) continue;
            Averaged++;
            for (var i = 0; i < average.Length; i++) average[i] += (weights.Theta[i] - average[i]) / Averaged;
        }

        // Without an averaged epoch the published code goes back to the start, not to the last λ; parameters that would do so are refused.
        var second = FedLawWeights.Start(parameters.Parametrisation, shares, lambdaIsFixed: false);
        if (Averaged > 0) average.CopyTo(second.Theta, 0);
        stepper = FedLawStepper.Create(parameters.Optimiser, second.Theta.Length);
        for (var epoch = 0; epoch < epochs; epoch++)
            Epoch(mixture, second, stepper, FedLawSchedule.Halving(parameters.LearningRate, epoch), freezeLambda: true, freezeGamma: false);
        return second;
    }

    private void Epoch(
        FedLawMixture mixture, FedLawWeights weights, FedLawStepper stepper, double rate, bool freezeLambda, bool freezeGamma)
    {
        mixture.StartEpoch(_epochs++);
        for (var batch = 0; batch < mixture.BatchCount; batch++)
        {
            var (loss, onUpdates, onReference) = mixture.Evaluate(batch, weights.Gamma, weights.Lambda);
            var gradient = weights.Gradient(onUpdates, onReference);
            if (freezeLambda) gradient.AsSpan(0, weights.Count).Clear();
            if (freezeGamma) gradient[^1] = 0;
            stepper.Step(weights.Theta, gradient, rate);
            _trace.Add(new FedLawStep(rate, loss, gradient, [.. weights.Theta]));
        }
    }
}
