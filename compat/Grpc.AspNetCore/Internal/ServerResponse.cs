using System.Globalization;
using Grpc.Core;
using Grpc.Shared;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Grpc.AspNetCore.Server.Internal;

// How a status is written to a response.
internal static class ServerResponse
{
    // In the trailers; or among the headers, when none were sent yet: then there is no body and that is the whole response.
    public static void WriteStatus(HttpResponse response, Status status, Metadata trailers)
    {
        var target = response.HasStarted
            ? response.HttpContext.Features.GetRequiredFeature<IHttpResponseTrailersFeature>().Trailers
            : response.Headers;
        Append(target, trailers);
        target[WireNames.Status] = ((int)status.StatusCode).ToString(CultureInfo.InvariantCulture);
        if (!string.IsNullOrEmpty(status.Detail))
            target[WireNames.Message] = StatusMessage.Encode(status.Detail);
    }

    public static void EndWithoutMessages(HttpResponse response, Status status)
    {
        response.ContentType = WireNames.ContentType;
        WriteStatus(response, status, Metadata.Empty);
    }

    public static void Append(IHeaderDictionary target, Metadata metadata)
    {
        foreach (var entry in metadata)
            target.Append(entry.Key, MetadataText.Encode(entry));
    }
}
