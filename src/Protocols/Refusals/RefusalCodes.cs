using System.Collections.Frozen;
using Grpc.Core;

namespace Distributed.Protocols.Refusals;

/// <summary>The table behind <see cref="RefusalCode"/>: wire name, gRPC status, and the way over the wire and back.</summary>
public static class RefusalCodes
{
    /// <summary>The trailer that carries the wire name.</summary>
    public const string TrailerKey = "refusal-code";

    private static readonly FrozenDictionary<RefusalCode, StatusCode> Statuses = new Dictionary<RefusalCode, StatusCode>
    {
        [RefusalCode.NameInvalid] = StatusCode.InvalidArgument,
        [RefusalCode.ProtocolVersion] = StatusCode.FailedPrecondition,
        [RefusalCode.NodeNameTaken] = StatusCode.AlreadyExists,
        [RefusalCode.NodeNameForbidden] = StatusCode.PermissionDenied,
        [RefusalCode.ProtocolViolation] = StatusCode.InvalidArgument,
        [RefusalCode.RunInvalid] = StatusCode.InvalidArgument,
        [RefusalCode.RunConflict] = StatusCode.AlreadyExists,
        [RefusalCode.RunUnknown] = StatusCode.NotFound,
        [RefusalCode.RunOver] = StatusCode.FailedPrecondition,
        [RefusalCode.TaskUnknown] = StatusCode.NotFound,
        [RefusalCode.RoundClosed] = StatusCode.FailedPrecondition,
        [RefusalCode.RoundFuture] = StatusCode.FailedPrecondition,
        [RefusalCode.VersionMismatch] = StatusCode.FailedPrecondition,
        [RefusalCode.VersionUnknown] = StatusCode.NotFound,
        [RefusalCode.UpdateTooLarge] = StatusCode.ResourceExhausted,
        [RefusalCode.UpdateTruncated] = StatusCode.InvalidArgument,
        [RefusalCode.UpdateOverrun] = StatusCode.InvalidArgument,
        [RefusalCode.UpdateChecksum] = StatusCode.DataLoss,
        [RefusalCode.UpdateConflict] = StatusCode.AlreadyExists,
        [RefusalCode.UpdateNonFinite] = StatusCode.InvalidArgument,
        [RefusalCode.UpdateShape] = StatusCode.InvalidArgument,
        [RefusalCode.UpdateWeight] = StatusCode.InvalidArgument,
        [RefusalCode.ModelFormat] = StatusCode.InvalidArgument,
        [RefusalCode.StorageFull] = StatusCode.ResourceExhausted,
        [RefusalCode.StorageUnwritable] = StatusCode.ResourceExhausted,
        [RefusalCode.CheckpointCorrupt] = StatusCode.DataLoss,
        [RefusalCode.CommitFenced] = StatusCode.Aborted,
        [RefusalCode.TransferIdle] = StatusCode.DeadlineExceeded,
        [RefusalCode.Busy] = StatusCode.Unavailable,
        [RefusalCode.DataInvalid] = StatusCode.FailedPrecondition,
        [RefusalCode.DeviceMissing] = StatusCode.FailedPrecondition,
        [RefusalCode.DeviceFailed] = StatusCode.Internal,
        [RefusalCode.TrainingFailed] = StatusCode.Internal,
        [RefusalCode.AggregationFailed] = StatusCode.Internal,
        [RefusalCode.Stopping] = StatusCode.Unavailable,
    }.ToFrozenDictionary();

    private static readonly FrozenDictionary<RefusalCode, string> Names =
        Enum.GetValues<RefusalCode>().ToFrozenDictionary(code => code, code => ToScreamingSnake(code.ToString()));

    private static readonly FrozenDictionary<string, RefusalCode> Codes = Names.ToFrozenDictionary(pair => pair.Value, pair => pair.Key);

    /// <summary>E.g. <c>UPDATE_NON_FINITE</c>.</summary>
    public static string WireName(RefusalCode code) => Names[code];

    /// <summary>The gRPC status that answers with this code.</summary>
    public static StatusCode StatusOf(RefusalCode code) => Statuses[code];

    /// <summary>Reads a wire name; null when it is none of ours.</summary>
    public static RefusalCode? Parse(string? wireName) => wireName is not null && Codes.TryGetValue(wireName, out var code) ? code : null;

    /// <summary>The exception that carries a refusal over gRPC: status, text, and the code as a trailer.</summary>
    public static RpcException ToRpcException(this Refusal refusal)
    {
        ArgumentNullException.ThrowIfNull(refusal);
        return new RpcException(
            new Status(StatusOf(refusal.Code), refusal.Message),
            new Metadata { { TrailerKey, WireName(refusal.Code) } });
    }

    /// <summary>The refusal that a gRPC error carries; null when it is an error of another kind.</summary>
    public static Refusal? ToRefusal(this RpcException error)
    {
        ArgumentNullException.ThrowIfNull(error);
        return Parse(error.Trailers.GetValue(TrailerKey)) is { } code ? new Refusal(code, error.Status.Detail) : null;
    }

    private static string ToScreamingSnake(string pascal) =>
        string.Concat(pascal.Select((c, i) => i > 0 && char.IsUpper(c) ? "_" + c : char.ToUpperInvariant(c).ToString()));
}
