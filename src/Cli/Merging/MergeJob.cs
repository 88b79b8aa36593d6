using Distributed.Algorithms.Merging;
using Distributed.Cli.Output;
using Distributed.Node.Training;

namespace Distributed.Cli.Merging;

/// <summary>One merge from the command line to the written file: refuses whole, or writes whole.</summary>
/// <param name="request">What was asked for.</param>
/// <param name="terminal">Whose environment counts.</param>
/// <param name="plugins">The user's own tasks.</param>
/// <param name="say">Tells what goes on, a line each.</param>
/// <param name="cancellation">Stops the work; nothing is left behind.</param>
internal sealed class MergeJob(MergeRequest request, Terminal terminal, NodePlugins plugins, Action<string> say, CancellationToken cancellation)
{
    /// <summary>Does it.</summary>
    /// <param name="result">What was written; null when there is a fault.</param>
    /// <returns>Why nothing was written; null when something was.</returns>
    public MergeFault? Run(out MergeResult? result)
    {
        result = null;
        var method = MergeMethod.Find(request.Method);
        if (MergeUsage.Check(request, method, out var parameters) is { Count: > 0 } mistakes)
        {
            return MergeFault.Usage(mistakes);
        }

        using var files = MergeFiles.Open(request, out var fault);
        if (files is null)
        {
            return fault;
        }

        var subject = new MergeSubject(request, method!, parameters, files);
        if (subject.Open(terminal, plugins, out fault) is not { } opened)
        {
            return fault;
        }

        using (opened.Probe)
        {
            return opened.Probe is null && !method!.Matches
                ? Stream(subject, out result)
                : new MeasuredMerge(subject, opened, say, cancellation).Run(out result);
        }
    }

    // Tensor by tensor from file to file: memory does not grow with the models.
    private MergeFault? Stream(MergeSubject subject, out MergeResult? result)
    {
        result = null;
        var plan = subject.Plan(score: null);
        if (plan.Problems.Length > 0)
        {
            return MergeFault.Refused("MODEL_SHAPE", plan.Problems);
        }

        if (subject.Shadowed(plan.Manifest) is { } shadowed)
        {
            return shadowed;
        }

        using var output = MergedFile.Create(request.Output, plan.Manifest, subject.Files.Metadata, request.ShardBytes);
        var report = ModelMerge.Run(plan, output, cancellation);
        if (report.Outcome != MergeOutcome.Merged)
        {
            return MergeFault.Refused("MODEL_NON_FINITE", report.Reason!);
        }

        result = new MergeResult
        {
            Method = request.Method, Output = request.Output, Bytes = output.Keep(), Notes = [.. subject.Files.Notes, .. plan.Skipped], Details = MergeDetails.Of(report),
        };
        return null;
    }
}
