using Distributed.Protocols.Refusals;
using Grpc.Core;

namespace Distributed.Node.Upload;

/// <summary>Which failed transfers are worth another try.</summary>
internal static class TransferFaults
{
    /// <summary>What to give up with; null when the same transfer may succeed later.</summary>
    public static Refusal? Final(RpcException error)
    {
        if (error.ToRefusal() is { } refusal)
        {
            return refusal.Code is RefusalCode.Busy or RefusalCode.Stopping or RefusalCode.TransferIdle or RefusalCode.UpdateTruncated ? null : refusal;
        }

        return error.StatusCode is StatusCode.Unavailable or StatusCode.Cancelled or StatusCode.DeadlineExceeded or StatusCode.Internal
            or StatusCode.Unknown or StatusCode.Aborted
            ? null
            : new Refusal(RefusalCode.ProtocolViolation, $"The transfer failed with {error.StatusCode}: {error.Status.Detail}");
    }
}
