namespace Grpc.Core;

public abstract class ChannelCredentials
{
    // Public in the real package too.
    public ChannelCredentials()
    {
    }

    public static ChannelCredentials Insecure { get; } = new InsecureCredentials();

    public static ChannelCredentials SecureSsl { get; } = new SecureCredentials();

    private sealed class InsecureCredentials : ChannelCredentials;

    private sealed class SecureCredentials : ChannelCredentials;
}

// Named by CallOptions; none can be made here: callers are identified by their certificate or by metadata.
public abstract class CallCredentials
{
    private protected CallCredentials()
    {
    }
}
