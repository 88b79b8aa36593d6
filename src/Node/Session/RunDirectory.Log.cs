using Microsoft.Extensions.Logging;

namespace Distributed.Node.Session;

internal partial class RunDirectory
{
    [LoggerMessage(3101, LogLevel.Information, "Run {Run} ({Name}): {Train} training examples dealt, {Test} for testing")]
    private partial void LogLoaded(string run, string name, long train, int test);

    [LoggerMessage(3102, LogLevel.Warning, "Run {Run} cannot be taken part in: {Problem}")]
    private partial void LogRejected(string run, string problem);

    [LoggerMessage(3103, LogLevel.Warning, "Run {Run}: {Remark}")]
    private partial void LogRemark(string run, string remark);
}
