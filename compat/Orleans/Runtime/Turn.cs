namespace Orleans.Runtime;

/// <summary>One piece of work of an activation: a call or a timer's tick. It ends when its task does, not at its first await.</summary>
internal abstract class Turn
{
    public virtual bool Interleaves => false;

    public virtual bool ReadOnly => false;

    /// <summary>Whether it counts as use of the activation.</summary>
    public virtual bool KeepsAlive => true;

    /// <summary>Nobody wants it any more: not begun if it has not begun yet.</summary>
    public virtual bool IsDropped => false;

    /// <summary>Runs it; a failure is returned, not thrown.</summary>
    public abstract Task<Exception?> RunAsync(object instance);

    /// <summary>Tells whoever waits for it, after the activation has taken note.</summary>
    public virtual void Complete()
    {
    }
}
