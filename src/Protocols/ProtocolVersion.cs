namespace Distributed.Protocols;

/// <summary>The version of the wire protocol. A node with another version is refused at Hello, with both versions in the text.</summary>
public static class ProtocolVersion
{
    /// <summary>The version this build speaks.</summary>
    public const uint Current = 1;
}
