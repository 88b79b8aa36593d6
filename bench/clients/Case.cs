namespace Distributed.Bench.Clients;

/// <summary>A model, and the numbers of clients that the same examples are dealt to.</summary>
/// <param name="Name">For the table.</param>
/// <param name="Model">As in a run file.</param>
/// <param name="Clients">Numbers of clients; the first is what the others are compared with.</param>
/// <param name="Fraction">Share of the clients that takes part in a round.</param>
internal sealed record Case(string Name, string Model, int[] Clients, double Fraction)
{
    public static Case[] All { get; } =
    [
        new("mlp", "{ name: mlp, hidden: [256] }", [10, 100, 1000], 1),
        new("lenet", "{ name: lenet }", [10, 100, 1000], 1),
        new("mlp10mb", "{ name: mlp, hidden: [3144] }", [10, 100, 1000], 1),
        new("sampled", "{ name: mlp, hidden: [256] }", [1000, 10_000], 0.01),
    ];
}
