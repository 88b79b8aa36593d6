using System.Diagnostics;
using System.Globalization;
using System.Threading.Channels;
using Distributed.Collectives.Groups;
using Distributed.Collectives.SharedMemory;
using Distributed.Node.DataParallel;
using Distributed.Protocols.Identities;

namespace Distributed.Node.Tests.DataParallel;

/// <summary>
/// A rank in a process of its own, over shared memory. It is told of generations line by line, <c>GROUP RANK SIZE STEPS</c>, a later one ends the one before, and says
/// <c>start STEP HASH</c>, <c>step STEP</c>, <c>broken STEP</c>, <c>done STEP HASH</c>.
/// </summary>
internal sealed class RankProcess : IDisposable
{
    public const string Verb = "rank";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly Process process = Process.Start(new ProcessStartInfo("dotnet", [typeof(RankProcess).Assembly.Location, Verb])
    {
        RedirectStandardInput = true,
        RedirectStandardOutput = true,
    })!;

    /// <summary>Joins a generation.</summary>
    public void Join(string group, int rank, int size, int steps)
    {
        process.StandardInput.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{group} {rank} {size} {steps}"));
        process.StandardInput.Flush();
    }

    /// <summary>The next line that begins with a word: what follows it.</summary>
    public async Task<string[]> SaysAsync(string word)
    {
        using var late = new CancellationTokenSource(TimeSpan.FromMinutes(1));
        while (await process.StandardOutput.ReadLineAsync(late.Token) is { } line)
        {
            if (line.Split(' ') is [var first, .. var rest] && first == word)
            {
                return rest;
            }
        }

        throw new InvalidOperationException($"The rank ended before it said '{word}'.");
    }

    /// <summary>SIGKILL.</summary>
    public void Kill() => process.Kill();

    public void Dispose()
    {
        process.Kill();
        process.Dispose();
    }

    /// <summary>The process itself.</summary>
    public static void Train()
    {
        using var ranks = new Ranks(seed: 7, """{ "name": "lenet" }""", """{ "name": "adamw" }""", batch: 24);
        using var replica = ranks.Replica();
        using var loop = new StepLoop(ranks.Learning, replica, ranks.Plan with { Deadline = Patience });
        var lines = Channel.CreateUnbounded<string>();
        var gate = new Lock();
        IProcessGroup? current = null;
        var reader = new Thread(() =>
        {
            while (Console.ReadLine() is { } line)
            {
                lock (gate)
                {
                    current?.Abort("a new generation");
                }

                lines.Writer.TryWrite(line);
            }

            lines.Writer.Complete();
        }) { IsBackground = true };
        reader.Start();
        foreach (var line in lines.Reader.ReadAllAsync().ToBlockingEnumerable())
        {
            var words = line.Split(' ');
            var (rank, size, steps) = (Number(words[1]), Number(words[2]), Number(words[3]));
            using var group = SharedMemoryGroup.JoinAsync(words[0], rank, size, Patience).GetAwaiter().GetResult();
            Current(group);
            Steps(replica, loop, group, steps);
            Current(null);
        }

        void Current(IProcessGroup? group)
        {
            lock (gate)
            {
                current = group;
            }
        }

        static int Number(string text) => int.Parse(text, CultureInfo.InvariantCulture);
    }

    private static void Steps(Replica replica, StepLoop loop, IProcessGroup group, int steps)
    {
        try
        {
            GenerationStart.Align(replica, ContentHash.Of([]), group, Patience);
            Console.WriteLine($"start {replica.Step} {replica.ParameterHash()}");
            for (var step = 0; step < steps; step++)
            {
                Console.WriteLine($"step {loop.Next(group).Step}");
            }

            Console.WriteLine($"done {replica.Step} {replica.ParameterHash()}");
        }
        catch (GroupException)
        {
            Console.WriteLine($"broken {replica.Step}");
        }
    }
}
