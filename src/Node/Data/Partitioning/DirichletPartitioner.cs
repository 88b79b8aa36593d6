using System.ComponentModel.DataAnnotations;
using Distributed.Node.Data.Random;

namespace Distributed.Node.Data.Partitioning;

/// <summary>Parameters of <c>dirichlet</c>.</summary>
internal sealed record DirichletParameters
{
    /// <summary>Concentration: 100 is nearly IID, 0.1 gives most clients a few classes.</summary>
    /// <value>0.5.</value>
    [Range(0.000_1, 1_000_000)]
    public double Alpha { get; init; } = 0.5;

    /// <summary>Examples that every client must get; the deal is repeated until it does. 0: clients without examples train nothing and have weight 0.</summary>
    /// <value>1.</value>
    [Range(0, 1_000_000)]
    public int Minimum { get; init; } = 1;
}

/// <summary>
/// <c>dirichlet</c>: each class is shuffled and cut by shares drawn from a symmetric Dirichlet distribution over the clients (Hsu et al. 2019), so that clients
/// differ in size and in classes.
/// </summary>
internal sealed class DirichletPartitioner(DirichletParameters parameters) : IPartitioner
{
    private const int Attempts = 1000;

    public int[][]? Deal(IReadOnlyList<int> labels, int clients, int seed, ICollection<string> problems)
    {
        int[][] dealt = [];
        for (var attempt = 0; attempt < Attempts; attempt++)
        {
            dealt = Deal(labels, clients, new RandomStream(seed, RandomPurpose.Partition, attempt));
            if (dealt.All(share => share.Length >= parameters.Minimum))
            {
                return dealt;
            }
        }

        var poorest = Array.FindIndex(dealt, share => share.Length < parameters.Minimum);
        problems.Add(
            $"data.partition: in {Attempts} draws with alpha {parameters.Alpha} some of the {clients} clients always got fewer than {parameters.Minimum} of the "
            + $"{labels.Count} training examples, in the last one client {poorest} got {dealt[poorest].Length}; "
            + "raise alpha, lower data.clients, or set minimum to 0 to allow clients without examples.");
        return null;
    }

    private int[][] Deal(IReadOnlyList<int> labels, int clients, RandomStream stream)
    {
        var shares = new List<int>[clients];
        for (var i = 0; i < clients; i++)
        {
            shares[i] = [];
        }

        foreach (var ofClass in Enumerable.Range(0, labels.Count).GroupBy(index => labels[index]).OrderBy(group => group.Key))
        {
            var indices = ofClass.ToArray();
            stream.Shuffle<int>(indices);
            Cut(indices, GammaSampler.Dirichlet(ref stream, parameters.Alpha, clients), shares);
        }

        return Array.ConvertAll(shares, share => share.ToArray());
    }

    // Cuts at the rounded cumulated shares, so that no example is lost to rounding.
    private static void Cut(int[] indices, double[] proportions, List<int>[] shares)
    {
        var (cumulated, from) = (0.0, 0);
        for (var client = 0; client < shares.Length; client++)
        {
            cumulated += proportions[client];
            var to = client == shares.Length - 1 ? indices.Length : Math.Min(indices.Length, (int)Math.Round(cumulated * indices.Length));
            shares[client].AddRange(indices.AsSpan(from, to - from));
            from = to;
        }
    }
}
