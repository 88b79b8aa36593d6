namespace Orleans.Runtime;

/// <summary>The activation whose turn the current thread runs.</summary>
internal static class RuntimeContext
{
    // Per thread, not AsyncLocal: code that left the activation's scheduler (Task.Run, ConfigureAwait(false)) has no activation.
    [ThreadStatic]
    private static Activation? current;

    public static Activation? Current
    {
        get => current;
        set => current = value;
    }

    public static Activation Require() => current ?? throw new InvalidOperationException(
        "Activation access violation: a grain's services are used outside its turns (in Task.Run, after ConfigureAwait(false), or by another thread).");
}
