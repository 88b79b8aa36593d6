using System.Collections.Immutable;

namespace Distributed.Algorithms.Aggregation;

/// <summary>
/// The factor of each client's tensor in the new model: x_new = Σ coefficient × w, for each layer. Layers are the floating-point tensors.
/// </summary>
public sealed class CoefficientTable
{
    private readonly double[] _values;

    internal CoefficientTable(ImmutableArray<string> clients, ImmutableArray<string> layers, double[] values)
    {
        if (values.Length != clients.Length * layers.Length)
            throw new ArgumentException("One value for each client and layer.", nameof(values));
        Clients = clients;
        Layers = layers;
        _values = values;
    }

    /// <summary>No client and no layer.</summary>
    public static CoefficientTable Empty { get; } = new([], [], []);

    /// <summary>The clients' ids, ascending.</summary>
    public ImmutableArray<string> Clients { get; }

    /// <summary>The tensors' names, in the manifest's order.</summary>
    public ImmutableArray<string> Layers { get; }

    /// <summary>The coefficient of a client's tensor.</summary>
    /// <param name="client">Position in <see cref="Clients"/>.</param>
    /// <param name="layer">Position in <see cref="Layers"/>.</param>
    public double this[int client, int layer] => _values[(client * Layers.Length) + layer];

    /// <summary>The coefficients of a client, one for each layer.</summary>
    /// <param name="client">Position in <see cref="Clients"/>.</param>
    public ReadOnlySpan<double> OfClient(int client) => _values.AsSpan(client * Layers.Length, Layers.Length);

    /// <summary>The sum over the clients: 1 for an average, less where the rule shrinks.</summary>
    /// <param name="layer">Position in <see cref="Layers"/>.</param>
    public double Sum(int layer)
    {
        var sum = 0.0;
        for (var client = 0; client < Clients.Length; client++) sum += this[client, layer];
        return sum;
    }
}
