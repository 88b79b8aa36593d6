namespace Distributed.Algorithms.Aggregation;

/// <summary>Learning rates of FedLAW's server epochs, as the published code has them.</summary>
internal static class FedLawSchedule
{
    /// <summary>With fewer, no epoch of the first stage would be averaged.</summary>
    public const int FewestTwoStageEpochs = 2 * (FirstAveraged + 1);

    /// <summary>First epoch of the first stage, from 0, after which λ is averaged.</summary>
    public const int FirstAveraged = 6;

    private const int HalvingEpochs = 20;
    private const int CosinePeriod = 100;
    private const int AnnealSteps = 10;
    private const double AveragingRate = 0.05;

    /// <summary>The rate in force during an epoch, halved every 20.</summary>
    public static double Halving(double rate, int epoch) => rate * Math.Pow(0.5, epoch / HalvingEpochs);

    /// <summary>
    /// The rates in force during each epoch of the first stage: a slow cosine, then a pull towards the rate of weight averaging. The rate
    /// changes after an epoch, so the first averaged epoch still runs at the last rate of the cosine.
    /// </summary>
    public static double[] FirstStage(double rate, int epochs)
    {
        var rates = new double[epochs];
        for (var epoch = 0; epoch < epochs; epoch++)
        {
            rates[epoch] = rate;
            rate = epoch < FirstAveraged ? Cosine(rate, epoch + 1) : Anneal(rate, epoch - FirstAveraged + 1);
        }
        return rates;
    }

    private static double Cosine(double rate, int step) =>
        rate * (1 + Math.Cos(Math.PI * step / CosinePeriod)) / (1 + Math.Cos(Math.PI * (step - 1) / CosinePeriod));

    private static double Anneal(double rate, int step)
    {
        var (before, after) = (Share(step - 1), Share(step));
        var basis = before == 1 ? AveragingRate : (rate - (before * AveragingRate)) / (1 - before);
        return (AveragingRate * after) + (basis * (1 - after));
    }

    private static double Share(int step) => (1 - Math.Cos(Math.PI * Math.Min(1.0, (double)step / AnnealSteps))) / 2;
}
