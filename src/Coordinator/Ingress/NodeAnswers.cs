using System.Collections.Immutable;
using Distributed.Coordinator.Admission;
using Distributed.Coordinator.Membership;
using Distributed.Coordinator.Runs;
using Distributed.Protocols.Refusals;
using Distributed.Protocols.Runs;
using Distributed.Protocols.V1;

namespace Distributed.Coordinator.Ingress;

/// <summary>What nodes say of a run, as grains take it.</summary>
internal static class NodeAnswers
{
    private const int MaximumDomains = 1000;
    private const int MaximumDomainName = 255;

    /// <summary>The data of a node that accepts a run.</summary>
    /// <param name="accepted">Its answer.</param>
    /// <param name="engine">What trains, checked to be printable.</param>
    /// <exception cref="Grpc.Core.RpcException">The counts do not fit the number of clients and classes.</exception>
    /// <exception cref="OverflowException">A number is out of every range.</exception>
    public static NodeData DataOf(RunAccepted accepted, string engine)
    {
        var classes = checked((int)(accepted.ClassCounts?.Classes ?? 0));
        var counts = accepted.ClassCounts?.Counts.Count ?? 0;
        if (counts > PartitionRecord.MaximumCounts || (counts > 0 && counts != (long)classes * accepted.ClientExamples.Count))
        {
            throw new Refusal(
                RefusalCode.ProtocolViolation, $"{counts} counts of classes do not fit {accepted.ClientExamples.Count} clients and {classes} classes.").ToRpcException();
        }

        return new NodeData(
            [.. accepted.ClientExamples.Select(Bounded)],
            checked((long)accepted.TestExamples),
            engine,
            classes,
            counts == 0 ? [] : [.. accepted.ClassCounts!.Counts.Select(Bounded)]);
    }

    /// <summary>The sums by domain of a node that has evaluated a shard.</summary>
    /// <param name="done">Its answer.</param>
    /// <exception cref="Grpc.Core.RpcException">There are too many, or one has no text or too long a name.</exception>
    /// <exception cref="OverflowException">A number is out of every range.</exception>
    public static ImmutableArray<DomainFigures> DomainsOf(TaskCompleted done)
    {
        if (done.Domains.Count > MaximumDomains || done.Domains.Any(domain => domain.Name.Length is 0 or > MaximumDomainName || domain.Tokens == 0 || domain.Bytes == 0))
        {
            throw new Refusal(
                RefusalCode.ProtocolViolation, $"An evaluation has at most {MaximumDomains} domains, each with text and a name of 1 to {MaximumDomainName} characters.").ToRpcException();
        }

        return [.. done.Domains.Select(domain => new DomainFigures(
            ForeignText.Printable(domain.Name), Bounded(domain.Tokens), Bounded(domain.Bytes), domain.LossSum))];
    }

    // Examples are numbered by 32-bit integers; so bounded, the sum over a million clients is exact too.
    private static long Bounded(ulong count) => checked((int)count);
}
