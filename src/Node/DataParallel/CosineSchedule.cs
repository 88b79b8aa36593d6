namespace Distributed.Node.DataParallel;

/// <summary>The share of the optimizer's learning rate that a step uses: rises in equal steps, then falls along half a cosine (SGDR, ICLR 2017, without restarts).</summary>
/// <param name="Warmup">Steps until the whole rate is used.</param>
/// <param name="Steps">Steps of the run; later ones use the floor.</param>
/// <param name="Floor">The share at the end, 0 to 1.</param>
internal sealed record CosineSchedule(long Warmup, long Steps, double Floor)
{
    /// <summary>The share of a step, counted from 0.</summary>
    public double Share(long step)
    {
        if (step < Warmup)
        {
            return (step + 1.0) / Warmup;
        }

        var progress = Math.Min(1, (step - Warmup) / (double)Math.Max(1, Steps - Warmup));
        return Floor + ((1 - Floor) * (1 + Math.Cos(Math.PI * progress)) / 2);
    }
}
