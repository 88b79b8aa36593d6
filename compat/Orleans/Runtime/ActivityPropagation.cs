using System.Diagnostics;

namespace Orleans.Runtime;

/// <summary>Spans of grain calls; present in the services only when AddActivityPropagation was called.</summary>
internal sealed class ActivityPropagation
{
    private static readonly ActivitySource Source = new("Microsoft.Orleans.Application", "1.0.0");

    /// <summary>The caller's span, a child of its current one. Null when nobody listens.</summary>
    public static Activity? StartClient(GrainId target, GrainMethod method)
        => Tag(Source.StartActivity(method.ActivityName, ActivityKind.Client), method)?.SetTag("orleans.grain.id", target.ToString());

    /// <summary>The callee's span, current for its whole turn.</summary>
    public static Activity? StartServer(GrainCall call)
        => Tag(Source.StartActivity(call.Method.ActivityName, ActivityKind.Server, call.Parent), call.Method);

    public static void Fail(Activity? activity, Exception error)
        => activity?.SetStatus(ActivityStatusCode.Error, error.Message)
            .SetTag("exception.type", error.GetType().FullName)
            .SetTag("exception.message", error.Message);

    private static Activity? Tag(Activity? activity, GrainMethod method)
        => activity?.SetTag("rpc.system", "orleans").SetTag("rpc.service", method.InterfaceName).SetTag("rpc.method", method.Name);
}
