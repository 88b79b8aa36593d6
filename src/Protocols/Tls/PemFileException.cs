namespace Distributed.Protocols.Tls;

/// <summary>A PEM file cannot be used; the message names it and says what to do.</summary>
public sealed class PemFileException(string message, Exception? inner = null) : IOException(message, inner);
