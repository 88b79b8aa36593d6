using Distributed.Algorithms.Tensors;

namespace Distributed.Algorithms.Aggregation;

/// <summary>
/// One client's admitted contribution: the MODEL it returned, not the difference to the one it was given. FedLAW and L-DAWA are defined on
/// models; for averages the two are the same, since the weights sum to 1 and sums are in double precision: x + Σ p (w - x) = Σ p w. Rules
/// that need differences subtract the reference block by block, in double precision.
/// </summary>
public sealed record ClientUpdate
{
    /// <summary>The largest weight: every whole number up to it is a double.</summary>
    public const double MaxWeight = 1L << 53;

    /// <summary>Describes a contribution.</summary>
    /// <param name="client">The client's id.</param>
    /// <param name="weight">Its weight, as a rule the number of examples it trained on; 0 contributes nothing to weighted rules.</param>
    /// <param name="model">The data of the model it returned.</param>
    /// <exception cref="ArgumentOutOfRangeException">The weight is NaN, negative or above <see cref="MaxWeight"/>; admission lets none
    /// pass.</exception>
    public ClientUpdate(string client, double weight, ITensorReader model)
    {
        ArgumentNullException.ThrowIfNull(client);
        ArgumentNullException.ThrowIfNull(model);
        if (!(weight is >= 0 and <= MaxWeight))
            throw new ArgumentOutOfRangeException(nameof(weight), weight, "A weight is a number from 0 to 2^53.");
        Client = client;
        Weight = weight;
        Model = model;
    }

    /// <summary>The client's id.</summary>
    public string Client { get; }

    /// <summary>Its weight, from 0 to <see cref="MaxWeight"/>.</summary>
    public double Weight { get; }

    /// <summary>The data of the model it returned.</summary>
    public ITensorReader Model { get; }
}
