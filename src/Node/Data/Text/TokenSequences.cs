using TorchSharp;
using static TorchSharp.torch;

namespace Distributed.Node.Data.Text;

/// <summary>
/// Sequences of equal length, packed without a gap: each begins with the last token of the one before, so that every token but a domain's first is predicted once.
/// No sequence has tokens of two domains.
/// </summary>
internal sealed class TokenSequences : IDisposable
{
    private readonly int context;
    private readonly Tensor tokens;
    private readonly Tensor starts;
    private readonly Tensor places;

    /// <summary>Packs texts; what is left over at the end of a domain, shorter than a sequence, is dropped.</summary>
    /// <param name="domains">Tokens of each domain.</param>
    /// <param name="context">Tokens that a sequence predicts, at least 1.</param>
    public TokenSequences(IReadOnlyList<ArraySegment<byte>> domains, int context)
    {
        this.context = context;
        var (first, firsts, domainOf) = (0L, new List<long>(), new List<int>());
        for (var domain = 0; domain < domains.Count; domain++)
        {
            for (var at = 0; at + context < domains[domain].Count; at += context)
            {
                firsts.Add(first + at);
                domainOf.Add(domain);
            }

            first += domains[domain].Count;
        }

        DomainOf = [.. domainOf];
        tokens = tensor(domains.SelectMany(domain => domain).ToArray()).DetachFromDisposeScope();
        starts = tensor(firsts.ToArray()).DetachFromDisposeScope();
        places = arange(context + 1, dtype: ScalarType.Int64).DetachFromDisposeScope();
    }

    /// <summary>Domain of each sequence, and so of each of its tokens.</summary>
    public int[] DomainOf { get; }

    /// <summary>Gathers sequences: 64-bit integers, shape [batch, context + 1].</summary>
    /// <param name="indices">Which ones, 64-bit integers, shape [batch].</param>
    public Tensor Read(Tensor indices) =>
        tokens.index_select(0, (starts.index_select(0, indices).unsqueeze(1) + places).flatten()).to(ScalarType.Int64).view(-1, context + 1);

    public void Dispose()
    {
        tokens.Dispose();
        starts.Dispose();
        places.Dispose();
    }
}
