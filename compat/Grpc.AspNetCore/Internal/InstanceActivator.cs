using Microsoft.Extensions.DependencyInjection;

namespace Grpc.AspNetCore.Server.Internal;

// A service or interceptor for one call: the registered one, or one made for the call and disposed after it.
internal sealed class InstanceActivator<T>(Type type, IReadOnlyList<object> arguments)
    where T : class
{
    private readonly object[] _arguments = [.. arguments];
    private readonly Lazy<ObjectFactory> _factory = new(() => ActivatorUtilities.CreateFactory(type, [.. arguments.Select(a => a.GetType())]));

    public Task UseAsync(IServiceProvider services, Func<T, Task> use) => UseAsync(services, async instance =>
    {
        await use(instance);
        return true;
    });

    public async Task<TResult> UseAsync<TResult>(IServiceProvider services, Func<T, Task<TResult>> use)
    {
        if (_arguments.Length == 0 && services.GetService(type) is T registered)
            return await use(registered);
        var created = (T)_factory.Value(services, _arguments);
        try
        {
            return await use(created);
        }
        finally
        {
            if (created is IAsyncDisposable asyncDisposable)
                await asyncDisposable.DisposeAsync();
            else
                (created as IDisposable)?.Dispose();
        }
    }
}
