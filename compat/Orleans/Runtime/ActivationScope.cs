namespace Orleans.Runtime;

/// <summary>Gives a grain's services their <see cref="IGrainContext"/>.</summary>
internal sealed class ActivationScope
{
    private Activation? activation;

    public Activation Activation
    {
        get => activation ?? throw new InvalidOperationException("A grain context exists in the services of an activation only.");
        set => activation = value;
    }
}
