using Distributed.Protocols.Refusals;
using Grpc.Core;
using Xunit;

namespace Distributed.Protocols.Tests.Refusals;

public sealed class RefusalCodesTests
{
    public static TheoryData<RefusalCode> All => [.. Enum.GetValues<RefusalCode>()];

    [Theory]
    [MemberData(nameof(All))]
    public void EveryCode_OverGrpcAndBack_IsTheSame(RefusalCode code)
    {
        var refusal = new Refusal(code, "why");
        var error = refusal.ToRpcException();

        Assert.NotEqual(StatusCode.OK, error.StatusCode);
        Assert.Equal(refusal, error.ToRefusal());
        Assert.Matches("^[A-Z]+(_[A-Z]+)*$", RefusalCodes.WireName(code));
    }

    [Fact]
    public void ToRefusal_ErrorOfAnotherKind_IsNull() =>
        Assert.Null(new RpcException(new Status(StatusCode.Unavailable, "gone")).ToRefusal());
}
