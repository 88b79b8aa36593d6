namespace Grpc.Net.Client.Internal;

internal interface IPeekable
{
    // Reads up to the next message or the status.
    Task PeekAsync();
}
