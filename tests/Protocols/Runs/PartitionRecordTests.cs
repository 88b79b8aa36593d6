using System.Text.Json;
using Distributed.Protocols.Runs;
using Xunit;

namespace Distributed.Protocols.Tests.Runs;

public sealed class PartitionRecordTests
{
    private static readonly PartitionRecord First = new() { Examples = [3, 0], TestExamples = 9, Engines = ["b"], Classes = 2, Counts = [[1, 2], [0, 0]] };
    private static readonly PartitionRecord Second = new() { Examples = [0, 4], TestExamples = 9, Engines = ["a"], Classes = 2, Counts = [[0, 0], [4, 0]] };

    [Fact]
    public void With_TheOtherSites_JoinsTheirRows()
    {
        var both = First.With(Second);

        Assert.Equal(new PartitionRecord { Examples = [3, 4], TestExamples = 9, Engines = ["a", "b"], Classes = 2, Counts = [[1, 2], [4, 0]] }.ToJson(), both.ToJson());
        Assert.Equal(both.ToJson(), Second.With(First).ToJson());
        Assert.Equal(both.ToJson(), both.With(First).ToJson());
    }

    [Fact]
    public void With_ANodeThatTellsNoClasses_KeepsWhatIsKnown() =>
        Assert.Equal([[1L, 2L], [0L, 0L]], First.With(Second with { Classes = 0, Counts = null }).Counts!.Value.Select(row => row.ToArray()));

    [Fact]
    public void With_AnotherNumberOfClients_Throws() => Assert.Throws<ArgumentException>(() => First.With(First with { Examples = [1] }));

    [Fact]
    public void Parse_Written_IsTheSame() => Assert.Equal(First.ToJson(), PartitionRecord.Parse(First.ToJson()).ToJson());

    [Theory]
    [InlineData("""{}""")]
    [InlineData("""null""")]
    [InlineData("""{"examples":[1,2],"testExamples":0,"classes":2,"counts":[[1,0]]}""")]
    [InlineData("""{"examples":[1],"testExamples":0,"classes":3,"counts":[[1,0]]}""")]
    public void Parse_CountsThatDoNotFit_Throws(string json) => Assert.Throws<JsonException>(() => PartitionRecord.Parse(json));
}
