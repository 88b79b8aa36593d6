namespace Grpc.Net.Client.Internal;

internal interface IPeekable
{
    // Completes with the read that is under way, or else reads one message more, or the status; messages wait for MoveNext.
    Task PeekAsync();
}
