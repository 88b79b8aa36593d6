using System.Net.Sockets;
using System.Text.Json.Nodes;
using Distributed.Cli.Output;
using Distributed.Cli.RunFiles;
using Distributed.Coordinator;
using Distributed.Node.Connection;
using Distributed.Protocols.Refusals;
using Distributed.Protocols.Tls;
using Grpc.Core;

namespace Distributed.Cli.Verbs;

/// <summary>The one place where what went wrong becomes a message, an exit code and, when asked for, a JSON line.</summary>
internal static class Failures
{
    /// <summary>Runs a verb; every expected failure becomes an exit code.</summary>
    /// <param name="terminal">Where it is said.</param>
    /// <param name="format"><c>text</c> or <c>json</c>.</param>
    /// <param name="verb">The verb.</param>
    /// <param name="cancellation">What a signal cancels.</param>
    /// <param name="address">URL of the coordinator that the verb talks to, if it does.</param>
    public static async Task<int> GuardAsync(Terminal terminal, string format, Func<Task<int>> verb, CancellationToken cancellation, string address = "")
    {
        try
        {
            return await verb();
        }
        catch (Exception error) when (error is OperationCanceledException or RpcException && cancellation.IsCancellationRequested)
        {
            return Say(terminal, format, ExitCode.Interrupted, "stopped", "INTERRUPTED", "interrupted");
        }
        catch (RpcException error) when (error.ToRefusal() is { } refusal)
        {
            return Say(terminal, format, ExitCode.Refused, "refused", RefusalCodes.WireName(refusal.Code), refusal.ToString());
        }
        catch (RpcException error) when (TlsFailure.Explain(error, address) is { } reason)
        {
            return Say(terminal, format, ExitCode.Failed, "failed", "TLS", reason);
        }
        catch (RpcException error) when (error.StatusCode == StatusCode.Unavailable)
        {
            return Say(terminal, format, ExitCode.Failed, "failed", "UNAVAILABLE",
                Proxies.Hint(address, terminal.Environment) is { } hint
                    ? $"no coordinator answers at {address} ({error.InnermostMessage()}). {hint}"
                    : $"no coordinator answers ({error.InnermostMessage()}). Start one with: ./dist coordinator   or name another with --coordinator URL");
        }
        catch (RpcException error)
        {
            return Say(terminal, format, ExitCode.Failed, "failed", error.StatusCode.ToString(), $"the coordinator failed: {error.Status.Detail}");
        }
        catch (CoordinatorStartException error)
        {
            return Say(terminal, format, ExitCode.Failed, "failed", "START", error.Message);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or SocketException)
        {
            return Say(terminal, format, ExitCode.Failed, "failed", "IO", error.Message);
        }
    }

    private static string InnermostMessage(this Exception error) =>
        error.GetBaseException() is var cause && cause is RpcException rpc ? rpc.Status.DebugException?.GetBaseException().Message ?? rpc.Status.Detail : cause.Message;

    /// <summary>Lists the mistakes of a run file.</summary>
    /// <returns><see cref="ExitCode.Usage"/>.</returns>
    public static int List(Terminal terminal, string format, IReadOnlyList<Mistake> mistakes)
    {
        foreach (var mistake in mistakes)
        {
            terminal.Error.WriteLine(mistake);
        }

        var count = mistakes.Count == 1 ? "1 mistake" : $"{mistakes.Count} mistakes";
        return Say(terminal, format, ExitCode.Usage, "failed", "RUN_FILE", $"{count} in the run file; nothing was started");
    }

    /// <summary>Says it, and gives the exit code back.</summary>
    public static int Say(Terminal terminal, string format, int exitCode, string status, string code, string message)
    {
        terminal.Complain(message);
        if (format == "json")
        {
            var line = new JsonObject { ["status"] = status, ["error"] = new JsonObject { ["code"] = code, ["message"] = message } };
            terminal.Out.WriteLine(line.ToJsonString());
        }

        return exitCode;
    }
}
