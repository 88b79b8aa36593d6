namespace Orleans;

public interface IGrainState<T>
{
    T State { get; set; }

    string? ETag { get; set; }

    bool RecordExists { get; set; }
}

public sealed class GrainState<T> : IGrainState<T>
{
    public GrainState()
        : this(default!)
    {
    }

    public GrainState(T state)
        : this(state, null)
    {
    }

    public GrainState(T state, string? eTag) => (State, ETag) = (state, eTag);

    public T State { get; set; }

    public string? ETag { get; set; }

    public bool RecordExists { get; set; }
}
