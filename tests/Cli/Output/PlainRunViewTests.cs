using Distributed.Cli.Output;
using Distributed.Protocols.Runs;
using Distributed.Protocols.V1;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace Distributed.Cli.Tests.Output;

public sealed class PlainRunViewTests : IDisposable
{
    private const string Waits = $"{RunWaits.Nodes}: 0 of 1 ready";
    private readonly FakeTimeProvider time = new();
    private readonly StringWriter written = new() { NewLine = "\n" };

    [Fact]
    public void Status_NodesStayAway_SaidOnceAfterThePatienceAndWhenItGoesOn()
    {
        using var view = new PlainRunView(written, TimeSpan.FromSeconds(5), time);
        view.Status(Status(Waits));
        time.Advance(TimeSpan.FromSeconds(4));
        Assert.Equal("", written.ToString());
        time.Advance(TimeSpan.FromSeconds(2));
        view.Status(Status(Waits));
        time.Advance(TimeSpan.FromSeconds(6));
        Assert.Equal(Waits + "\n", written.ToString());

        view.Status(Status("1 of 2 clients"));
        view.Status(Status("2 of 2 clients"));
        Assert.Equal(Waits + "\nthe run goes on\n", written.ToString());
    }

    [Fact]
    public void Status_NodesComeWithinThePatience_NothingSaid()
    {
        using var view = new PlainRunView(written, TimeSpan.FromSeconds(5), time);
        view.Status(Status(Waits));
        view.Status(Status("1 of 2 clients"));
        time.Advance(TimeSpan.FromSeconds(6));
        Assert.Equal("", written.ToString());
    }

    [Fact]
    public void Status_StoppedWhileItWaits_DoesNotGoOn()
    {
        using var view = new PlainRunView(written, TimeSpan.FromSeconds(1), time);
        view.Status(Status(Waits));
        time.Advance(TimeSpan.FromSeconds(1));
        view.Status(new RunStatus { State = "stopped", Detail = "stopped by an operator" });
        Assert.Equal(Waits + "\n", written.ToString());
    }

    public void Dispose() => written.Dispose();

    private static RunStatus Status(string detail) => new() { State = "running", Detail = detail };
}
