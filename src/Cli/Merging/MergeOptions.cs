using System.CommandLine;
using System.Globalization;
using Distributed.Algorithms.Merging;
using Distributed.Cli.Arguments;

namespace Distributed.Cli.Merging;

/// <summary>The words of <c>dist merge</c>.</summary>
internal sealed class MergeOptions
{
    private const int MostPoints = 1001;
    private const int MostThreads = 1024;

    private readonly Argument<string[]> models = new("MODEL") { Description = "Models in order: a safetensors file, an index of shards, or a folder with one of them.", Arity = ArgumentArity.ZeroOrMore };
    private readonly Option<string> method = new("--method") { HelpName = "NAME", Description = "How to merge; --list shows all methods.", DefaultValueFactory = _ => "" };
    private readonly Option<string> output = new("--output", "-o") { HelpName = "FILE", Description = "Where the merged model goes; written aside and renamed.", DefaultValueFactory = _ => "" };
    private readonly Option<long?> shardSize = new("--shard-size")
    {
        HelpName = "SIZE",
        Description = "Most bytes of tensors in a file, e.g. 5GB: FILE-00001-of-0000N.safetensors with an index beside them. [default: one file]",
        CustomParser = result => Size(result.Tokens.Single().Value, result.AddError),
    };

    private readonly Option<string[]> set = new("--set")
    {
        HelpName = "KEY=VALUE", Description = "Sets a parameter of the method, e.g. --set density=0.2. May be repeated.", DefaultValueFactory = _ => [],
    };

    private readonly Option<string?> @base = new("--base") { HelpName = "FILE", Description = "The model that the others were tuned from, for methods that work on differences to it." };
    private readonly Option<double[]> weights = Numbers("--weights", "W,W,...", "A weight for each model, for methods that take them.");
    private readonly Option<string[]> importance = new("--importance")
    {
        HelpName = "FILE", Description = "For each model the file that says how much its numbers matter (bcwi, variant=fisher). Repeated, in order.", DefaultValueFactory = _ => [],
    };

    private readonly Option<string> mismatch = Word("--mismatch", ["refuse", "skip", "shared-rows"], "refuse", "What happens to tensors that not all models have alike.");
    private readonly Option<double> alpha = Number("--alpha", 0.5, "Share of the second model in the mix behind a match, from 0 to 1.");
    private readonly Option<string?> repair = new Option<string?>("--repair")
    {
        HelpName = string.Join('|', MergeUsage.Repairs),
        Description = "How the mix is re-normalised on the run's training examples; auto is a reset where there is BatchNorm, otherwise the best of none, rescale "
            + "and repair. [default: auto behind a match with --run, else none]",
    }.AcceptOnlyFromAmong(MergeUsage.Repairs);

    private readonly Option<string?> spec = new("--spec")
    {
        HelpName = "FILE", Description = "Which axes belong to the same units (YAML: tensor -> axes), for models of other programs.",
    };

    private readonly Option<string?> run = new("--run")
    {
        HelpName = "FILE", Description = "Run file of the models: its model says which axes belong to the same units, its data scores. [default: the run's folder, where the first model lies in one]",
    };

    private readonly Option<string?> dataPath = new("--data-path") { HelpName = "DIR", Description = "Folder of the run's data, where it is not the one that the run names." };
    private readonly Option<bool> barrier = new("--barrier") { Description = "Measures the loss on the line between the two models, before and behind the match." };
    private readonly Option<string?> plot = new("--plot") { HelpName = "FILE", Description = "Draws it (.svg or .html)." };
    private readonly Option<int> points = Whole("--points", 25, 2, MostPoints, "Points on the line, both ends included.");
    private readonly Option<int> examples = Whole("--examples", 2000, 1, int.MaxValue, "Most training examples, and most test examples, that are looked at.");
    private readonly Option<int> threads = Whole("--threads", 1, 1, MostThreads, "Threads.");

    /// <summary>Text for people or JSON for programs.</summary>
    public Option<string> Format { get; } = Settings.Format();

    /// <summary>Shows the methods.</summary>
    public Option<bool> List { get; } = new("--list") { Description = "Shows all methods with their parameters and defaults." };

    /// <summary>Makes them words of a command.</summary>
    public void AddTo(Command command)
    {
        command.Arguments.Add(models);
        foreach (var option in new Option[]
        {
            method, output, shardSize, set, @base, weights, importance, mismatch, spec, run, dataPath, alpha, repair, barrier, plot, points, examples, threads, List, Format,
        })
        {
            command.Options.Add(option);
        }
    }

    /// <summary>What was typed.</summary>
    public MergeRequest Read(ParseResult parsed) => new()
    {
        Models = [.. parsed.GetValue(models) ?? []],
        Method = parsed.GetRequiredValue(method),
        Output = parsed.GetRequiredValue(output),
        ShardBytes = parsed.GetValue(shardSize),
        Set = [.. parsed.GetRequiredValue(set)],
        Base = parsed.GetValue(@base),
        Weights = [.. parsed.GetValue(weights) ?? []],
        Importance = [.. parsed.GetRequiredValue(importance)],
        Mismatch = parsed.GetRequiredValue(mismatch) switch
        {
            "skip" => MergeMismatch.Skip,
            "shared-rows" => MergeMismatch.SharedRows,
            _ => MergeMismatch.Refuse,
        },
        Spec = parsed.GetValue(spec),
        Run = parsed.GetValue(run),
        DataPath = parsed.GetValue(dataPath),
        Alpha = parsed.GetRequiredValue(alpha),
        Repair = parsed.GetValue(repair),
        Barrier = parsed.GetValue(barrier),
        Plot = parsed.GetValue(plot),
        Points = parsed.GetRequiredValue(points),
        Examples = parsed.GetRequiredValue(examples),
        Threads = parsed.GetRequiredValue(threads),
    };

    private static Option<string> Word(string name, string[] words, string fallback, string description) => new Option<string>(name)
    {
        HelpName = string.Join('|', words), Description = description, DefaultValueFactory = _ => fallback,
    }.AcceptOnlyFromAmong(words);

    private static Option<int> Whole(string name, int fallback, int least, int most, string description) => new(name)
    {
        HelpName = "N",
        Description = description,
        DefaultValueFactory = _ => fallback,
        CustomParser = result =>
        {
            var text = result.Tokens.Single().Value;
            if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= least && number <= most)
            {
                return number;
            }

            result.AddError(most == int.MaxValue ? $"{name} must be a whole number of at least {least}, got '{text}'." : $"{name} must be a whole number from {least} to {most}, got '{text}'.");
            return fallback;
        },
    };

    private static Option<double> Number(string name, double fallback, string description) => new(name)
    {
        HelpName = "SHARE",
        Description = description,
        DefaultValueFactory = _ => fallback,
        CustomParser = result => Parse(name, result.Tokens.Single().Value, result.AddError) ?? fallback,
    };

    private static Option<double[]> Numbers(string name, string helpName, string description) => new(name)
    {
        HelpName = helpName,
        Description = description,
        CustomParser = result => [.. result.Tokens.SelectMany(token => token.Value.Split(',')).Select(text => Parse(name, text, result.AddError) ?? 0)],
    };

    private static long? Size(string text, Action<string> complain)
    {
        // Powers of ten, as Hugging Face counts.
        (string Unit, long Bytes)[] units = [("KB", 1_000), ("MB", 1_000_000), ("GB", 1_000_000_000), ("B", 1), ("", 1)];
        var (unit, bytes) = units.First(u => text.EndsWith(u.Unit, StringComparison.OrdinalIgnoreCase));
        if (long.TryParse(text[..^unit.Length], NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number > 0 && number <= long.MaxValue / bytes)
        {
            return number * bytes;
        }

        complain($"--shard-size takes a number of bytes, KB, MB or GB, such as 5GB, got '{text}'.");
        return null;
    }

    private static double? Parse(string name, string text, Action<string> complain)
    {
        if (double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && double.IsFinite(number))
        {
            return number;
        }

        complain($"{name} takes finite numbers, got '{text}'.");
        return null;
    }
}
