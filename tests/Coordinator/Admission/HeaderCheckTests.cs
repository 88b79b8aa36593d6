using Distributed.Coordinator.Admission;
using Distributed.Protocols.Identities;
using Distributed.Protocols.Refusals;
using Distributed.Protocols.V1;
using Google.Protobuf;

namespace Distributed.Coordinator.Tests.Admission;

public sealed class HeaderCheckTests
{
    private static readonly UploadTicket Ticket = new(new UpdateId("run-a", 1, 0, 0), null, MaximumBytes: 1000, MaximumExamples: 60, Durable: true);

    [Theory]
    [InlineData(0.0, null)]
    [InlineData(0.5, null)]
    [InlineData(60.0, null)]
    [InlineData(60.5, RefusalCode.UpdateWeight)]
    [InlineData(-1.0, RefusalCode.UpdateWeight)]
    [InlineData(-0.0001, RefusalCode.UpdateWeight)]
    [InlineData(double.NaN, RefusalCode.UpdateWeight)]
    [InlineData(double.PositiveInfinity, RefusalCode.UpdateWeight)]
    [InlineData(double.NegativeInfinity, RefusalCode.UpdateWeight)]
    [InlineData(9.3e18, RefusalCode.UpdateWeight)]
    public void Check_Weight_NeverReplacedOnlyTakenOrRefused(double weight, RefusalCode? expected) =>
        Assert.Equal(expected, Check(header => header.Weight = weight)?.Code);

    [Theory]
    [InlineData(1000ul, null)]
    [InlineData(1001ul, RefusalCode.UpdateTooLarge)]
    [InlineData(10_000_000_000ul, RefusalCode.UpdateTooLarge)]
    [InlineData(1ul << 63, RefusalCode.UpdateTooLarge)]
    [InlineData(ulong.MaxValue, RefusalCode.UpdateTooLarge)]
    [InlineData(0ul, RefusalCode.ModelFormat)]
    public void Check_DeclaredSize_AgainstTheLimit(ulong size, RefusalCode? expected) =>
        Assert.Equal(expected, Check(header => header.SizeBytes = size)?.Code);

    [Theory]
    [InlineData("../../etc/x")]
    [InlineData("")]
    [InlineData("RUN")]
    [InlineData("run\n")]
    [InlineData("\u202erun")]
    public void Check_RunName_RefusedWithoutRepeatingIt(string name)
    {
        var refusal = Check(header => header.RunId = name)!;
        Assert.Equal(RefusalCode.NameInvalid, refusal.Code);
        Assert.True(name.Length == 0 || !refusal.Message.Contains(name, StringComparison.Ordinal));
    }

    [Fact]
    public void Check_FormOfHeader_ProtocolViolation()
    {
        Assert.Equal(RefusalCode.ProtocolViolation, Check(header => header.Sha256 = ByteString.CopyFrom(1, 2))!.Code);
        Assert.Equal(RefusalCode.ProtocolViolation, Check(header => header.Round = uint.MaxValue)!.Code);
        Assert.Equal(RefusalCode.ProtocolViolation, Check(header => header.Client = uint.MaxValue)!.Code);
        Assert.Equal(RefusalCode.ProtocolViolation, Check(header => header.Offset = 1001)!.Code);
    }

    [Theory]
    [InlineData("rebasin.moved", 12.0, true)]
    [InlineData("0-._", -1e300, true)]
    [InlineData("name-of-thirty-two-characters-12", 0.0, true)]
    [InlineData("name-of-thirty-three-characters-1", 0.0, false)]
    [InlineData("", 0.0, false)]
    [InlineData(".hidden", 0.0, false)]
    [InlineData("Moved", 0.0, false)]
    [InlineData("gr\u00f6\u00dfe", 0.0, false)]
    [InlineData("moved", double.NaN, false)]
    [InlineData("moved", double.PositiveInfinity, false)]
    public void Check_Metrics_NamedAndFinite(string name, double value, bool taken) =>
        Assert.Equal(taken ? null : RefusalCode.ProtocolViolation, Check(header => header.Metrics.Add(name, value))?.Code);

    [Fact]
    public void Check_Metrics_NoMoreThanASpoolFileHasRoomFor()
    {
        Assert.Null(Check(header => header.Metrics.Add(Enumerable.Range(0, 6).ToDictionary(i => $"m{i}", i => (double)i))));
        Assert.Equal(
            RefusalCode.ProtocolViolation,
            Check(header => header.Metrics.Add(Enumerable.Range(0, 7).ToDictionary(i => $"m{i}", i => (double)i)))!.Code);
    }

    private static Refusal? Check(Action<UpdateHeader> change)
    {
        var header = new UpdateHeader { RunId = "run-a", Round = 1, SizeBytes = 1000, Sha256 = ByteString.CopyFrom(new byte[32]), Weight = 10, Examples = 10 };
        change(header);
        return HeaderCheck.Read(header, "node-1").TryGet(out var update, out var refusal) ? HeaderCheck.Compare(update, Ticket) : refusal;
    }
}
