using Grpc.Core;
using Grpc.Shared;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core.Features;

namespace Grpc.AspNetCore.Server.Internal;

// Takes the HTTP requests of one method.
internal sealed class ServerCallHandler<TRequest, TResponse>(
    Method<TRequest, TResponse> method, ServiceRuntime runtime, Func<ServerCall<TRequest, TResponse>, Task> invoke)
    where TRequest : class
    where TResponse : class
{
    public async Task HandleAsync(HttpContext httpContext)
    {
        if (!Accept(httpContext))
            return;
        if (method.Type is MethodType.ClientStreaming or MethodType.DuplexStreaming)
            LiftBodyLimits(httpContext);
        httpContext.Response.ContentType = WireNames.ContentType;
        await using var context = new HttpContextCallContext(httpContext, method);
        context.End(await InvokeAsync(context));
    }

    private async Task<Status> InvokeAsync(HttpContextCallContext context)
    {
        try
        {
            await invoke(new ServerCall<TRequest, TResponse>(context, method, runtime.Options));
            return context.Status;
        }
        catch (RpcException e)
        {
            ServerLog.RpcError(runtime.Logger, method.FullName, e.Status.StatusCode, e);
            foreach (var entry in e.Trailers)
                context.ResponseTrailers.Add(entry);
            return e.Status;
        }
        catch (Exception e) when (context.IsEnded || context.CancellationToken.IsCancellationRequested)
        {
            // Whatever a cancelled handler throws; the client is gone, or was told by the deadline.
            ServerLog.Cancelled(runtime.Logger, method.FullName, e);
            return new Status(StatusCode.Cancelled, "The call was cancelled.");
        }
        catch (BadHttpRequestException e)
        {
            ServerLog.BadRequest(runtime.Logger, method.FullName, e);
            return new Status(e.StatusCode == StatusCodes.Status413PayloadTooLarge ? StatusCode.ResourceExhausted : StatusCode.Internal, e.Message);
        }
        catch (Exception e)
        {
            ServerLog.HandlerFailed(runtime.Logger, method.FullName, e);
            const string Detail = "Exception was thrown by handler.";
            return new Status(
                StatusCode.Unknown, runtime.Options.EnableDetailedErrors == true ? $"{Detail} {e.GetType().Name}: {e.Message}" : Detail);
        }
    }

    private bool Accept(HttpContext httpContext)
    {
        var request = httpContext.Request;
        if (!WireNames.IsGrpc(request.ContentType))
        {
            Refuse(StatusCodes.Status415UnsupportedMediaType, $"Content-Type '{request.ContentType}' is not supported.");
            return false;
        }

        if (HttpProtocol.IsHttp2(request.Protocol) || HttpProtocol.IsHttp3(request.Protocol))
            return true;
        httpContext.Response.Headers.Upgrade = "h2c";
        Refuse(StatusCodes.Status426UpgradeRequired, $"Request protocol '{request.Protocol}' is not supported.");
        return false;

        void Refuse(int httpStatus, string detail)
        {
            ServerLog.NotGrpc(runtime.Logger, method.FullName, detail);
            httpContext.Response.StatusCode = httpStatus;
            ServerResponse.WriteStatus(httpContext.Response, new Status(StatusCode.Internal, detail), Metadata.Empty);
        }
    }

    // A stream may be longer than any body and slower than any upload.
    private static void LiftBodyLimits(HttpContext httpContext)
    {
        if (httpContext.Features.Get<IHttpMinRequestBodyDataRateFeature>() is { } rate)
            rate.MinDataRate = null;
        if (httpContext.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } size)
            size.MaxRequestBodySize = null;
    }
}
