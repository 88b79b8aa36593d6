using System.Collections.Concurrent;
using System.Reflection;
using Orleans.Concurrency;

namespace Orleans.Runtime;

/// <summary>A method of a grain or observer interface: how it is invoked, and what its caller gets back.</summary>
internal abstract class GrainMethod(MethodInfo method)
{
    private static readonly ConcurrentDictionary<MethodInfo, GrainMethod> Known = new();

    private readonly MethodInvoker invoker = MethodInvoker.Create(method);

    public string Name => method.Name;

    public string InterfaceName => method.DeclaringType!.FullName ?? method.DeclaringType.Name;

    public string ActivityName { get; } = $"{method.DeclaringType!.Name}/{method.Name}";

    public bool AlwaysInterleave { get; } = method.IsDefined(typeof(AlwaysInterleaveAttribute), true);

    public bool ReadOnly { get; } = method.IsDefined(typeof(ReadOnlyAttribute), true);

    public virtual bool OneWay { get; } = method.IsDefined(typeof(OneWayAttribute), true);

    public static GrainMethod Of(MethodInfo method) => Known.GetOrAdd(method, Create);

    public Task<object?> InvokeAsync(object target, object?[] arguments)
        => Result(invoker.Invoke(target, arguments.AsSpan()) ?? Missing());

    /// <summary>The response in the type that the method declares.</summary>
    public abstract object? Respond(Task<object?> response);

    protected abstract Task<object?> Result(object returned);

    // A void method returns nothing to wait for; a grain that returns a null task has a bug.
    protected virtual object Missing() => throw new InvalidOperationException($"{InterfaceName}.{Name} returned null instead of a task.");

    private static GrainMethod Create(MethodInfo method)
    {
        var type = method.ReturnType;
        if (type == typeof(void))
        {
            return new VoidMethod(method);
        }

        if (type == typeof(Task) || type == typeof(ValueTask))
        {
            return new PlainMethod(method, type == typeof(ValueTask));
        }

        var shape = type.IsGenericType ? type.GetGenericTypeDefinition() : null;
        if (shape != typeof(Task<>) && shape != typeof(ValueTask<>))
        {
            throw new NotSupportedException($"{method.DeclaringType}.{method.Name} returns {type}: grain methods return void, Task or ValueTask.");
        }

        var closed = typeof(ValueMethod<>).MakeGenericType(type.GetGenericArguments());
        return (GrainMethod)Activator.CreateInstance(closed, method, shape == typeof(ValueTask<>))!;
    }

    private sealed class VoidMethod(MethodInfo method) : GrainMethod(method)
    {
        public override bool OneWay => true;

        public override object? Respond(Task<object?> response) => null;

        protected override Task<object?> Result(object returned) => Task.FromResult<object?>(null);

        protected override object Missing() => this;
    }

    private sealed class PlainMethod(MethodInfo method, bool value) : GrainMethod(method)
    {
        public override object Respond(Task<object?> response) => value ? new ValueTask(response) : response;

        protected override async Task<object?> Result(object returned)
        {
            await (returned is ValueTask valueTask ? valueTask.AsTask() : (Task)returned);
            return null;
        }
    }

    private sealed class ValueMethod<T>(MethodInfo method, bool value) : GrainMethod(method)
    {
        public override object Respond(Task<object?> response) => value ? new ValueTask<T>(Unbox(response)) : Unbox(response);

        protected override async Task<object?> Result(object returned)
            => await (returned is ValueTask<T> valueTask ? valueTask.AsTask() : (Task<T>)returned);

        // A one-way call answers at once, with nothing: hence the default.
        private static async Task<T> Unbox(Task<object?> response) => await response.ConfigureAwait(false) is T result ? result : default!;
    }
}
