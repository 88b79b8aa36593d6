namespace Grpc.Core;

// What the four call objects have in common.
internal readonly record struct CallHandle(Task<Metadata> Headers, Func<Status> Status, Func<Metadata> Trailers, Action Dispose);
