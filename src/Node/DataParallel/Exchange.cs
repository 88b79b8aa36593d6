namespace Distributed.Node.DataParallel;

/// <summary>How a training thread waits for the other ranks.</summary>
internal static class Exchange
{
    /// <summary>Blocks until an operation has ended: dispose scopes and gradient mode belong to the thread, which an await could leave.</summary>
    public static void End(Task operation) => operation.GetAwaiter().GetResult();
}
