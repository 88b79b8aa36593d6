using System.Globalization;
using System.Text.Json.Nodes;
using Distributed.Algorithms.Merging;
using Distributed.Cli.Artifacts;
using Distributed.Cli.RunFiles;
using Distributed.Protocols.Runs;

namespace Distributed.Cli.Merging;

/// <summary>What a command line of <c>dist merge</c> gets wrong by itself, all of it at once, before any file is opened.</summary>
internal static class MergeUsage
{
    /// <summary>Words of <c>--repair</c>.</summary>
    public static readonly string[] Repairs = ["none", "auto", "reset", "repair", "rescale", "reshift", "closed-form"];

    /// <summary>Checks a request.</summary>
    /// <param name="request">The request.</param>
    /// <param name="method">Its method, where there is one of that name.</param>
    /// <param name="parameters">The method's parameters; meaningful when nothing is wrong.</param>
    /// <returns>Every mistake, a sentence each.</returns>
    public static IReadOnlyList<string> Check(MergeRequest request, MergeMethod? method, out object parameters)
    {
        parameters = new object();
        var mistakes = new List<string>();
        if (method is null)
        {
            mistakes.Add(request.Method.Length == 0
                ? "--method is required; ./dist merge --list shows all methods."
                : $"No method is called '{request.Method}'{NearestKey.Hint(request.Method, [.. MergeMethod.All.Select(known => known.Name)])}");
        }
        else
        {
            parameters = Bind(method, request.Set, mistakes);
            mistakes.AddRange(Fit(request, method));
        }

        mistakes.AddRange(Output(request));
        if (!(request.Alpha >= 0 && request.Alpha <= 1))
        {
            mistakes.Add(string.Create(CultureInfo.InvariantCulture, $"--alpha must be from 0 to 1, got {request.Alpha}."));
        }

        if (request.Weights.Length > 0 && request.Weights.Length != request.Models.Length)
        {
            mistakes.Add($"--weights has {request.Weights.Length} numbers for {request.Models.Length} models.");
        }

        if (request.Importance.Length > 0 && request.Importance.Length != request.Models.Length)
        {
            mistakes.Add($"--importance has {request.Importance.Length} files for {request.Models.Length} models.");
        }

        return mistakes;
    }

    private static object Bind(MergeMethod method, IEnumerable<string> sets, List<string> mistakes)
    {
        var (found, problems) = (new List<Mistake>(), new List<SpecProblem>());
        var layers = new Layers(new($"method {method.Name}"), new JsonObject(), []);
        layers.AddSets(sets, found);
        var parameters = SpecBinder.Bind(method.Parameters, layers.Mapping, "", problems);
        mistakes.AddRange(found.Select(mistake => mistake.ToString()));
        mistakes.AddRange(problems.Select(problem => $"--set {problem.Path}: {problem.Message}"));
        return parameters;
    }

    private static IEnumerable<string> Fit(MergeRequest request, MergeMethod method)
    {
        var count = request.Models.Length;
        if (count < method.Fewest || count > method.Most)
        {
            yield return $"{method.Name} merges {method.Models()} models, got {count}.";
        }

        foreach (var mistake in method.Merger is { } merger ? Fit(request, merger) : FitMatch(request, method))
        {
            yield return mistake;
        }

        if ((request.Plot is not null || request.Barrier) && count != 2)
        {
            yield return $"A barrier lies between two models, got {count}: neither --barrier nor --plot.";
        }

        if (request.Repair == "closed-form" && count != 2)
        {
            yield return $"The closed form of --repair is for two models, got {count}.";
        }
    }

    private static IEnumerable<string> Fit(MergeRequest request, MergerEntry merger)
    {
        if (merger.Base == BaseModel.Required && request.Base is null)
        {
            yield return $"{merger.Name} needs --base FILE, the model that the others were tuned from.";
        }

        if (merger.Base == BaseModel.None && request.Base is not null)
        {
            yield return $"{merger.Name} has no use for --base.";
        }

        if (!merger.TakesWeights && !request.Weights.IsEmpty)
        {
            yield return $"{merger.Name} takes no --weights.";
        }

        if (request.Alpha != 0.5)
        {
            yield return $"{merger.Name} takes no --alpha; its own parameters are set by --set.";
        }

        if (request.Spec is not null)
        {
            yield return $"{merger.Name} matches no units and has no use for --spec.";
        }
    }

    private static IEnumerable<string> FitMatch(MergeRequest request, MergeMethod method)
    {
        if (request.Base is not null)
        {
            yield return $"{method.Name} has no use for --base.";
        }

        if (!request.Weights.IsEmpty)
        {
            yield return $"{method.Name} takes no --weights; {(method.Most == 2 ? "--alpha is the second model's share." : "it is the plain mean.")}";
        }

        if (!request.Importance.IsEmpty)
        {
            yield return $"{method.Name} has no use for --importance.";
        }

        if (method.Most > 2 && request.Alpha != 0.5)
        {
            yield return $"{method.Name} takes no --alpha; it is the plain mean.";
        }
    }

    private static IEnumerable<string> Output(MergeRequest request)
    {
        if (request.Output.Length == 0)
        {
            yield return "-o FILE is required: where the merged model goes.";
            yield break;
        }

        var output = OutputPath.Real(request.Output);
        foreach (var input in request.Models.Concat(request.Importance).Append(request.Base).Append(request.Spec).Append(request.Run).OfType<string>())
        {
            if (OutputPath.Real(input) == output)
            {
                yield return $"The output {request.Output} is the input {input}; give it another name.";
            }
        }

        if (request.Plot is { } plot)
        {
            if (Path.GetExtension(plot) is not (".svg" or ".html"))
            {
                yield return $"--plot draws an .svg or an .html file, not {plot}.";
            }

            if (!Directory.Exists(Path.GetDirectoryName(Path.GetFullPath(plot))))
            {
                yield return $"The folder of the plot {plot} does not exist.";
            }
        }

        foreach (var path in new[] { request.Output, request.Plot }.OfType<string>())
        {
            if (OutputPath.Problem(path) is { } problem)
            {
                yield return problem;
            }
        }

        if (Path.GetDirectoryName(output) is { } folder && !Directory.Exists(folder))
        {
            yield return $"The folder of the output {request.Output} does not exist.";
        }
    }
}
