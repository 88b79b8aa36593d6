using System.Text.Json;
using Distributed.Compat.Grpc.Tests.Support;
using Xunit;

namespace Distributed.Compat.Grpc.Tests.Interop;

// A foreign client calls the server here. All its checks run once; each is a test.
public sealed class PythonClientTests(PythonClientTests.Run run) : IClassFixture<PythonClientTests.Run>
{
    [Theory]
    [InlineData("unary")]
    [InlineData("client_stream")]
    [InlineData("client_stream_without_messages")]
    [InlineData("server_stream")]
    [InlineData("duplex")]
    [InlineData("status")]
    [InlineData("status_during_a_stream")]
    [InlineData("unimplemented")]
    [InlineData("metadata")]
    [InlineData("deadline")]
    [InlineData("cancellation")]
    [InlineData("message_over_the_limit")]
    [InlineData("compressed_message")]
    public void ForeignClient_Check_Passes(string check) => Assert.True(run.Results[check] is null, run.Results[check]);

    public sealed class Run : IAsyncLifetime
    {
        public Dictionary<string, string?> Results { get; private set; } = [];

        public async Task InitializeAsync()
        {
            await using var host = await GrpcHost.StartAsync();
            using var peer = PythonPeer.Start("call", new Uri(host.Address).Authority);
            Results = JsonSerializer.Deserialize<Dictionary<string, string?>>(await peer.ReadLineAsync())!;
            // Its cancellation, or its deadline, reached a handler.
            await host.Probe.Cancelled.Task.WaitAsync(TimeSpan.FromSeconds(30));
        }

        public Task DisposeAsync() => Task.CompletedTask;
    }
}
