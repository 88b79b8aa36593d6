using System.Collections.Immutable;
using Distributed.Algorithms.Merging;
using Distributed.Algorithms.Merging.Graphs;
using Distributed.Algorithms.Merging.Matching;
using Distributed.Algorithms.Merging.Methods;
using Distributed.Algorithms.Tensors;
using Distributed.Node.Merging;
using Distributed.Node.Models;

namespace Distributed.Cli.Merging;

/// <summary>A merge of models in memory: matched, mixed, re-normalised and measured as far as it was asked for, then written.</summary>
/// <param name="subject">The merge.</param>
/// <param name="context">The specification, and the run's model and examples where there are any.</param>
/// <param name="say">Tells what goes on, a line each.</param>
/// <param name="cancellation">Stops the work.</param>
internal sealed class MeasuredMerge(MergeSubject subject, MergeContext context, Action<string> say, CancellationToken cancellation)
{
    private readonly List<string> notes = [];

    private MergeRequest Request => subject.Request;

    /// <summary>Does it.</summary>
    /// <param name="result">What was written; null when there is a fault.</param>
    /// <returns>Why nothing was written; null when something was.</returns>
    public MergeFault? Run(out MergeResult? result)
    {
        result = null;
        if (CheckRepair() is { } misfit)
        {
            return misfit;
        }

        if (LoadAll(out var fault) is not { } models || Merge(models, out fault) is not { } merge)
        {
            return fault;
        }

        var repaired = merge.Merged;
        var kind = RepairKind.None;
        if (context.Probe is { } probe && Kind() is var asked && asked != RepairKind.None)
        {
            say($"re-normalising on {probe.ExampleCount(Split.Train)} training examples");
            (kind, repaired, _) = ProbeRepair.Run(probe, asked, merge.Merged, merge.Ends, merge.Shares!, cancellation);
        }

        result = new MergeResult
        {
            Method = subject.Method.Name,
            Output = Request.Output,
            Match = merge.Match,
            Repair = Word(kind),
            Scores = Scores(models, merge, repaired, kind),
            Barriers = Barriers(models, merge, kind),
            Collapse = Collapse(models, merge, repaired, kind),
            Details = merge.Details,
        };
        if (FiniteScanner.Scan(repaired.Manifest, repaired) is { } broken)
        {
            result = null;
            return MergeFault.Refused("MODEL_NON_FINITE", $"Tensor {Printable.Of(broken.Tensor)} of the merged model would hold NaN or infinite numbers.");
        }

        if (subject.Shadowed(repaired.Manifest) is { } shadowed)
        {
            result = null;
            return shadowed;
        }

        using var output = MergedFile.Create(Request.Output, repaired.Manifest, subject.Files.Metadata, Request.ShardBytes);
        output.Write(0, repaired.Data.Span);
        cancellation.ThrowIfCancellationRequested();
        result = result with { Bytes = output.Keep(), Notes = [.. subject.Files.Notes, .. notes] };
        return null;
    }

    private MergeFault? CheckRepair()
    {
        if (context.Probe is not { } probe || Kind() is var kind && kind == RepairKind.None)
        {
            return null;
        }

        return Shares() is null
            ? MergeFault.Usage($"--repair needs to know how much of each model is in the merged one, which {subject.Method.Name} does not tell.")
            : ProbeRepair.Misfit(probe, kind) is { } misfit ? MergeFault.Refused("REPAIR", misfit) : null;
    }

    private TensorSet[]? LoadAll(out MergeFault? fault)
    {
        fault = null;
        var (models, shapes, numbers) = (new List<TensorSet>(), new List<string>(), new List<string>());
        foreach (var file in subject.Files.Models)
        {
            if (file.Manifest.ByteLength > Array.MaxLength)
            {
                fault = MergeFault.Refused("MODEL_TOO_LARGE", $"{file.Path} has {file.Manifest.ByteLength} bytes; models that are matched or measured may have {Array.MaxLength}.");
                return null;
            }

            if ((context.Probe is { } probe ? probe.Conform(file.Stored, shapes) : file.Load()) is { } model)
            {
                models.Add(model);
                if (FiniteScanner.Scan(model.Manifest, model) is { } found)
                {
                    numbers.Add($"Tensor {Printable.Of(found.Tensor)} of {Printable.Of(file.Path)} holds NaN or infinite numbers ({found.Count} in the model).");
                }
            }
        }

        fault = shapes.Count > 0 ? MergeFault.Refused("MODEL_SHAPE", shapes) : numbers.Count > 0 ? MergeFault.Refused("MODEL_NON_FINITE", numbers) : null;
        return fault is null ? [.. models] : null;
    }

    private Outcome? Merge(TensorSet[] models, out MergeFault? fault) => subject.Method.Matches ? Match(models, out fault) : MergeTensors(models, out fault);

    private Outcome? Match(TensorSet[] models, out MergeFault? fault)
    {
        var spec = context.Spec!;
        fault = spec.Names.IsEmpty
            ? MergeFault.Refused("SPEC", [$"No layer of {Request.Models[0]} can be permuted.", .. context.Probe?.Pinned ?? []])
            : models.Skip(1).SelectMany((model, i) => WeightMatching.Problems(
                spec, StoredModel.Of(models[0], Request.Models[0]), StoredModel.Of(model, Request.Models[i + 1]))).Distinct().ToArray() is { Length: > 0 } problems
            ? MergeFault.Refused("MODEL_SHAPE", problems)
            : null;
        if (fault is not null || (fault = CheckMix(models, notes)) is not null)
        {
            return null;
        }

        if (context.Probe is { } probe)
        {
            notes.AddRange(probe.Pinned.Select(pinned => $"stays as it is: {pinned}"));
            var check = PermutationCheck.Run(spec, StoredModel.Of(models[0]), probe.Outputs, PermutationCheck.SinglePrecision);
            if (!check.Holds)
            {
                fault = MergeFault.Refused("SPEC", $"Random relabellings by the specification change what {Request.Models[0]} computes: by {check.Difference:g3}, rounding allows {check.Allowed:g3}.");
                return null;
            }
        }

        say($"matching {spec.Names.Length} permutations of {models.Length} models");
        var matched = MatchedModels.Find(subject, context, models, cancellation);
        notes.AddRange(matched.Notes);
        if (matched.Report.Difference > matched.Report.Allowed)
        {
            fault = MergeFault.Refused("SPEC", $"A relabelled model computes something else than the original: by {matched.Report.Difference:g3}, rounding allows {matched.Report.Allowed:g3}.");
            return null;
        }

        if ((fault = CheckMix(matched.Aligned, [])) is not null)
        {
            return null;
        }

        var shares = Shares()!;
        return new(ModelMix.Of(matched.Aligned, shares, cancellation), matched.Aligned, shares, matched.Report, null);
    }

    private MergeFault? CheckMix(IReadOnlyList<TensorSet> models, List<string> skipped)
    {
        var mix = ModelMix.Check(models, Request.Models);
        skipped.AddRange(mix.Skipped);
        return mix.Problems.IsEmpty ? null : MergeFault.Refused("MODEL_SHAPE", mix.Problems);
    }

    private Outcome? MergeTensors(TensorSet[] models, out MergeFault? fault)
    {
        var probe = context.Probe!;
        var flips = subject.ChoosesAlpha ? FlipChoice.Of(probe, models[0], models[1], cancellation) : null;
        subject = flips is null ? subject : subject with { Parameters = ((BcwiParameters)subject.Parameters) with { Alpha = flips.Alpha } };
        var plan = subject.Plan(subject.Method.NeedsData ? (manifest, data) => Held(probe, new("merged", manifest, data)).Accuracy : null);
        if (plan.Problems.Length > 0)
        {
            fault = MergeFault.Refused("MODEL_SHAPE", plan.Problems);
            return null;
        }

        var merged = new TensorSet(plan.Manifest);
        var report = ModelMerge.Run(plan, merged, cancellation);
        fault = report.Outcome == MergeOutcome.Merged ? null : MergeFault.Refused("MODEL_NON_FINITE", report.Reason!);
        notes.AddRange(plan.Skipped);
        return fault is null ? new(probe.Conform(StoredModel.Of(merged), [])!, models, Shares(), null, flips?.ToJson() ?? MergeDetails.Of(report)) : null;
    }

    private ProbeScore Held(ModelProbe probe, StoredModel candidate) => probe.Score(probe.Conform(candidate, [])!, Split.Test, cancellation);

    private ImmutableArray<NamedScore> Scores(TensorSet[] models, Outcome merge, TensorSet repaired, RepairKind kind)
    {
        if (context.Probe is not { } probe)
        {
            return [];
        }

        say("scoring the models and the merged one");
        var line = new SegmentLosses(probe, Request.Points, cancellation);
        var scores = models.Select((model, i) => line.Score(model, Request.Models[i])).ToList();
        if (merge.Match is not null)
        {
            var naive = ModelMix.Of(models, merge.Shares, cancellation);
            scores.Add(line.Score(naive, "naive"));
            if (probe.HasBatchNorm)
            {
                scores.Add(line.Score(ProbeRepair.Run(probe, RepairKind.Reset, naive, models, merge.Shares!, cancellation).Model, "naive, reset"));
            }
        }

        scores.Add(line.Score(merge.Merged, Plain(merge)));
        if (kind != RepairKind.None)
        {
            scores.Add(line.Score(repaired, $"{Plain(merge)}, {Word(kind)}"));
        }

        return [.. scores];
    }

    private ImmutableArray<NamedBarrier> Barriers(TensorSet[] models, Outcome merge, RepairKind kind)
    {
        if (!Request.Barrier && Request.Plot is null)
        {
            return [];
        }

        say($"measuring {Request.Points} points on the line between the models");
        var line = new SegmentLosses(context.Probe!, Request.Points, cancellation);
        var barriers = new List<NamedBarrier>();
        barriers.AddRange(line.Measure("naive", models[0], models[1], RepairKind.None, notes));
        if (context.Probe!.HasBatchNorm)
        {
            barriers.AddRange(line.Measure("naive, reset", models[0], models[1], RepairKind.Reset, notes));
        }

        if (merge.Match is not null)
        {
            barriers.AddRange(line.Measure("matched", merge.Ends[0], merge.Ends[1], RepairKind.None, notes));
            if (kind != RepairKind.None)
            {
                barriers.AddRange(line.Measure($"matched, {Word(kind)}", merge.Ends[0], merge.Ends[1], kind, notes));
            }
        }

        return [.. barriers];
    }

    private ImmutableArray<NamedLayers> Collapse(TensorSet[] models, Outcome merge, TensorSet repaired, RepairKind kind)
    {
        if (context.Probe is not { } probe || merge.Match is null || models.Length != 2)
        {
            return [];
        }

        // Each mix against the models that it was made of, units in the same places.
        var naive = ProbeCollapse.Measure(probe, [ModelMix.Of(models, merge.Shares, cancellation)], models[0], models[1], merge.Shares![1], cancellation);
        TensorSet[] mixes = kind == RepairKind.None ? [merge.Merged] : [merge.Merged, repaired];
        var matched = ProbeCollapse.Measure(probe, mixes, merge.Ends[0], merge.Ends[1], merge.Shares[1], cancellation);
        return [new("naive", naive[0]), new("matched", matched[0]), .. matched.Skip(1).Select(layers => new NamedLayers($"matched, {Word(kind)}", layers))];
    }

    private RepairKind Kind() => Request.Repair switch
    {
        null => subject.Method.Matches ? RepairKind.Auto : RepairKind.None,
        "closed-form" => RepairKind.ClosedForm,
        var word => Enum.Parse<RepairKind>(word, ignoreCase: true),
    };

    // How much of each model is in the merged one; null where the method does not say.
    private double[]? Shares() => subject.Parameters switch
    {
        WeightMatchingParameters or ActivationMatchingParameters or StraightThroughParameters => [1 - Request.Alpha, Request.Alpha],
        MergeManyParameters or UniformSoupParameters => Equal(Request.Models.Length),
        LinearParameters { Normalize: true } => Request.Weights.IsEmpty
            ? Equal(Request.Models.Length) : [.. Request.Weights.Select(weight => weight / Request.Weights.Sum())],
        SlerpParameters slerp => [1 - slerp.T, slerp.T],
        BiasCalibrationParameters bias => [1 - bias.T, bias.T],
        BcwiParameters { Variant: BcwiVariant.Plain } bcwi when Request.Models.Length == 2 => [bcwi.Alpha, 1 - bcwi.Alpha],
        MagnitudePruningParameters => [1],
        _ => null,
    };

    private static double[] Equal(int count) => [.. Enumerable.Repeat(1.0 / count, count)];

    private static string Plain(Outcome merge) => merge.Match is null ? "merged" : "matched";

    private static string Word(RepairKind kind) => kind == RepairKind.ClosedForm ? "closed-form" : kind.ToString().ToLowerInvariant();

    /// <summary>A merged model, the models that it lies between, and how much of each is in it.</summary>
    private sealed record Outcome(
        TensorSet Merged, IReadOnlyList<TensorSet> Ends, double[]? Shares, MatchReport? Match, System.Text.Json.Nodes.JsonObject? Details);
}
