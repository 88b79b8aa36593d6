namespace Distributed.Bench.Round;

/// <summary>One cell of the table: a model size, a number of node processes, durable or not.</summary>
internal sealed record Cell(int Megabytes, int Nodes, bool Durable)
{
    /// <summary>Rounds that make a steady median in reasonable time; the first ones warm the runtime up and are not counted.</summary>
    public int Rounds => Megabytes switch { <= 1 => 150, <= 10 => 60, _ => 16 };

    public int Warmup => Megabytes switch { <= 1 => 50, <= 10 => 15, _ => 4 };

    public string Case => $"{Megabytes}MB x {Nodes}" + (Durable ? "" : " volatile");

    /// <summary>Both directions of a round: every node downloads the model and uploads it.</summary>
    public double MegabytesPerRound => 2.0 * Megabytes * Nodes;
}
