using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Text;

namespace Distributed.Cluster.Tests.Harness;

/// <summary>The real command as a process: lines awaited as they come, killed the hard way, never left behind.</summary>
internal sealed class DistProcess : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly Process process;
    private readonly ConcurrentQueue<string> lines = new();
    private readonly Lock gate = new();
    private readonly List<(Func<string, bool> Wanted, TaskCompletionSource<string> Found)> waiting = [];
    private readonly string title;

    private DistProcess(Process process, string title)
    {
        this.process = process;
        this.title = title;
    }

    public int Id => process.Id;

    public IEnumerable<string> Lines => lines;

    /// <summary>Everything printed so far, for a failure's message.</summary>
    public string Output => new StringBuilder().AppendLine($"--- {title}").AppendJoin('\n', lines).ToString();

    public static DistProcess Start(IReadOnlyDictionary<string, string>? environment, params IReadOnlyList<string> arguments) =>
        StartProgram(Command, environment, arguments);

    /// <summary>A program that holds the command: itself, or one with a model of its own.</summary>
    public static DistProcess StartProgram(string program, IReadOnlyDictionary<string, string>? environment, params IReadOnlyList<string> arguments)
    {
        var start = new ProcessStartInfo("dotnet", [program, .. arguments])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = RunFiles.Root,
        };
        foreach (var (name, value) in environment ?? new Dictionary<string, string>())
        {
            start.Environment[name] = value;
        }

        var process = new Process { StartInfo = start, EnableRaisingEvents = true };
        var started = new DistProcess(process, string.Join(' ', arguments));
        process.OutputDataReceived += (_, line) => started.Take(line.Data);
        process.ErrorDataReceived += (_, line) => started.Take(line.Data);
        process.Start();
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        return started;
    }

    /// <summary>The first line, past or future, that <paramref name="wanted"/> accepts.</summary>
    public async Task<string> LineAsync(string what, Func<string, bool> wanted)
    {
        var found = new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (gate)
        {
            if (lines.FirstOrDefault(wanted) is { } past)
            {
                return past;
            }

            waiting.Add((wanted, found));
        }

        var first = await Task.WhenAny(found.Task, process.WaitForExitAsync(), Task.Delay(Patience, TimeProvider.System));
        return first == found.Task || found.Task.IsCompleted ? await found.Task : throw new TimeoutException($"No line that says {what}.\n{Output}");
    }

    /// <summary>The process is held at a failpoint: awaits that, does <paramref name="meanwhile"/>, lets it go on.</summary>
    public async Task WhileHeldAsync(Func<Task> meanwhile)
    {
        await LineAsync("that it is held", line => line.StartsWith("held at failpoint", StringComparison.Ordinal));
        await meanwhile();
        await process.StandardInput.WriteLineAsync();
    }

    /// <summary>Waits for the end.</summary>
    /// <returns>The exit code.</returns>
    public async Task<int> ExitAsync()
    {
        using var limit = new CancellationTokenSource(Patience);
        try
        {
            await process.WaitForExitAsync(limit.Token);
        }
        catch (OperationCanceledException)
        {
            throw new TimeoutException($"Still running.\n{Output}");
        }

        return process.ExitCode;
    }

    /// <summary>The most memory that it had resident so far, bytes; of a living process.</summary>
    public long PeakBytes()
    {
        process.Refresh();
        return process.PeakWorkingSet64;
    }

    /// <summary>SIGTERM, and the end awaited.</summary>
    public async Task StopAsync()
    {
        using var kill = Process.Start("kill", ["-TERM", Id.ToString(CultureInfo.InvariantCulture)]);
        await ExitAsync();
    }

    /// <summary>SIGKILL, and the end awaited.</summary>
    public async Task KillAsync()
    {
        process.Kill();
        await process.WaitForExitAsync();
    }

    public async ValueTask DisposeAsync()
    {
        if (!process.HasExited)
        {
            await KillAsync();
        }

        process.Dispose();
    }

    /// <summary>The command.</summary>
    public static string Command { get; } = Path.Combine(AppContext.BaseDirectory, "../../Cli", Configuration, "dist.dll");

    /// <summary>The example with a user's own model.</summary>
    public static string OwnModel { get; } = Path.Combine(AppContext.BaseDirectory, "../../own-model", Configuration, "own-model.dll");

#if DEBUG
    private const string Configuration = "debug";
#else
    private const string Configuration = "release";
#endif

    private void Take(string? line)
    {
        if (line is null)
        {
            return;
        }

        lock (gate)
        {
            lines.Enqueue(line);
            foreach (var waiter in waiting.Where(waiter => waiter.Wanted(line)))
            {
                waiter.Found.TrySetResult(line);
            }

            waiting.RemoveAll(waiter => waiter.Found.Task.IsCompleted);
        }
    }
}
