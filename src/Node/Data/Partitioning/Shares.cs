namespace Distributed.Node.Data.Partitioning;

/// <summary>Cutting a sequence into consecutive shares.</summary>
internal static class Shares
{
    /// <summary>Shares whose sizes differ by one at most.</summary>
    public static int[][] Even(int[] items, int count)
    {
        var shares = new int[count][];
        for (var i = 0; i < count; i++)
        {
            shares[i] = items[Cut(i)..Cut(i + 1)];
        }

        return shares;

        int Cut(int share) => (int)((long)items.Length * share / count);
    }
}
