using Distributed.Coordinator.Storage;
using Distributed.Protocols.Identities;
using Distributed.Protocols.Refusals;
using Distributed.Protocols.Transfers;
using Distributed.Protocols.V1;

namespace Distributed.Coordinator.Admission;

/// <summary>What can be refused on an upload's first frame, before anything is allocated for it.</summary>
internal static class HeaderCheck
{
    /// <summary>Every whole number up to this one is a double: no weight is larger, so that sums of weights stay exact.</summary>
    private const double LargestWeight = 1L << 53;

    /// <summary>Reads the header. Refused: NameInvalid, ProtocolViolation. What it returns is not checked yet.</summary>
    public static Outcome<SpooledUpdate> Read(UpdateHeader header, string node)
    {
        if (EntityName.Check("run id", header.RunId) is { } invalid)
        {
            return invalid;
        }

        if (!ContentHash.TryFromBytes(header.Sha256.Span, out var hash))
        {
            return new Refusal(RefusalCode.ProtocolViolation, $"The header's SHA-256 has {header.Sha256.Length} bytes, not {ContentHash.SizeBytes}.");
        }

        if (header.Round > int.MaxValue || header.Client > int.MaxValue || header.BaseVersion > long.MaxValue || header.Offset > header.SizeBytes)
        {
            return new Refusal(RefusalCode.ProtocolViolation, "The header's round, client, base version or offset is out of range.");
        }

        if (!UpdateMetrics.TryRead(header.Metrics, out var metrics, out var problem))
        {
            return new Refusal(RefusalCode.ProtocolViolation, $"The header's metrics cannot be used: {problem}.");
        }

        var delegated = (DelegatedResult?)null;
        if (header.Aggregation is not null != (header.Client == UpdateId.AggregateClient))
        {
            return new Refusal(RefusalCode.ProtocolViolation, $"An aggregation goes with client {UpdateId.AggregateClient}, and only with it.");
        }

        if (header.Aggregation is { } aggregation && !AggregationCheck.TryRead(aggregation, out delegated, out problem))
        {
            return new Refusal(RefusalCode.ProtocolViolation, $"The aggregation cannot be used: {problem}.");
        }

        // Sizes and counts above what a long holds are too large whatever the limit: kept at the largest, so that the comparison with it says so.
        var id = new UpdateId(header.RunId, (int)header.Round, (int)header.Client, (long)header.BaseVersion);
        return new SpooledUpdate(
            id, hash, Clamp(header.SizeBytes), node, header.Weight, Clamp(header.Examples), header.TrainLoss, header.TrainSeconds)
        {
            Metrics = metrics,
            Delegated = delegated,
        };
    }

    /// <summary>Compares the header with the run. Refused: UpdateTooLarge, UpdateWeight, ModelFormat (no bytes at all).</summary>
    public static Refusal? Compare(SpooledUpdate update, UploadTicket ticket)
    {
        if (update.SizeBytes > ticket.MaximumBytes)
        {
            return new Refusal(RefusalCode.UpdateTooLarge, $"{update.SizeBytes} bytes are declared; this run takes at most {ticket.MaximumBytes}.");
        }

        if (update.SizeBytes == 0)
        {
            return new Refusal(RefusalCode.ModelFormat, "An update of 0 bytes is no safetensors file.");
        }

        if (!(update.Weight is >= 0 and <= LargestWeight))
        {
            return Weight(update.Weight, "a weight is a number from 0 to 2^53");
        }

        return ticket.MaximumExamples is { } examples && update.Weight > examples
            ? Weight(update.Weight, $"the client registered {examples} examples")
            : null;
    }

    private static Refusal Weight(double weight, string reason) =>
        new(RefusalCode.UpdateWeight, FormattableString.Invariant($"The weight {weight} cannot be used: {reason}."));

    private static long Clamp(ulong value) => (long)Math.Min(value, long.MaxValue);
}
