using System.Reflection;
using System.Runtime.CompilerServices;
using Microsoft.Extensions.DependencyInjection;
using Orleans.Storage;

namespace Orleans.Runtime;

/// <summary>State that an activation reads before it becomes active.</summary>
internal interface IActivationState
{
    Task ReadAsync(CancellationToken cancellationToken);
}

internal static class PersistentStates
{
    public static IActivationState Create(ParameterInfo parameter, Activation activation, IServiceProvider services)
    {
        var type = parameter.ParameterType;
        if (!type.IsGenericType || type.GetGenericTypeDefinition() != typeof(IPersistentState<>))
        {
            throw new ArgumentException($"[PersistentState] is on {parameter.Name}, which is a {type} and not an IPersistentState.");
        }

        var name = parameter.GetCustomAttribute<PersistentStateAttribute>()!;
        var storage = string.IsNullOrWhiteSpace(name.StorageName)
            ? services.GetService<IGrainStorage>()
            : services.GetKeyedService<IGrainStorage>(name.StorageName);
        return storage is null
            ? throw new InvalidOperationException(
                $"No storage named '{name.StorageName ?? "(default)"}' found for the state '{name.StateName}' of {activation.GrainId}.")
            : (IActivationState)Activator.CreateInstance(
                typeof(PersistentState<>).MakeGenericType(type.GetGenericArguments()), name.StateName, storage, activation)!;
    }
}

internal sealed class PersistentState<T>(string name, IGrainStorage storage, Activation activation) : IPersistentState<T>, IActivationState
{
    private readonly GrainState<T> stored = new(Initial());

    public T State
    {
        get => Stored.State;
        set => Stored.State = value;
    }

    public string? Etag => Stored.ETag;

    public bool RecordExists => Stored.RecordExists;

    private GrainState<T> Stored
    {
        get
        {
            RuntimeContext.Require();
            return stored;
        }
    }

    public Task ReadStateAsync() => ReadStateAsync(CancellationToken.None);

    public Task WriteStateAsync() => WriteStateAsync(CancellationToken.None);

    public Task ClearStateAsync() => ClearStateAsync(CancellationToken.None);

    public Task ReadStateAsync(CancellationToken cancellationToken)
        => Guard("read", x => storage.ReadStateAsync(name, activation.GrainId, x, cancellationToken));

    public Task WriteStateAsync(CancellationToken cancellationToken)
        => Guard("write", x => storage.WriteStateAsync(name, activation.GrainId, x, cancellationToken));

    public Task ClearStateAsync(CancellationToken cancellationToken)
        => Guard("clear", x => storage.ClearStateAsync(name, activation.GrainId, x, cancellationToken));

    Task IActivationState.ReadAsync(CancellationToken cancellationToken) => ReadStateAsync(cancellationToken);

    // Exceptions of the engine's own (InconsistentStateException) pass, all others come wrapped.
    private async Task Guard(string operation, Func<GrainState<T>, Task> work)
    {
        var state = Stored;
        try
        {
            await work(state);
        }
        catch (Exception e) when (e is not OrleansException)
        {
            throw new OrleansException($"Error from storage provider {storage.GetType().Name} during {operation} of '{name}' for grain {activation.GrainId}.", e);
        }
    }

    private static T Initial()
    {
        var type = typeof(T);
        return type.IsAbstract || type.IsArray || type == typeof(string) ? default!
            : type.GetConstructor(Type.EmptyTypes) is not null ? Activator.CreateInstance<T>()
            : (T)RuntimeHelpers.GetUninitializedObject(type);
    }
}
