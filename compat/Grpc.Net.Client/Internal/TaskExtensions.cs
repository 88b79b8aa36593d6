namespace Grpc.Net.Client.Internal;

internal static class TaskExtensions
{
    // For a task that its receiver may drop: its exception is no news, the call's status tells it.
    public static TTask Observed<TTask>(this TTask task)
        where TTask : Task
    {
        _ = task.ContinueWith(
            static t => _ = t.Exception, CancellationToken.None, TaskContinuationOptions.OnlyOnFaulted | TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        return task;
    }
}
