using System.Reflection;

namespace Orleans.Runtime;

/// <summary>What a reference points at.</summary>
internal interface ITarget
{
    GrainId Id { get; }

    void Deliver(GrainCall call);

    /// <summary>The class of grains, or null for an observer.</summary>
    GrainClass? Class { get; }
}

/// <summary>Base of the proxies behind grain and observer interfaces: turns a method call into a message.</summary>
/// <remarks>Arguments and results are handed over by reference, not copied: contracts are immutable records (tests/Architecture checks ours).</remarks>
#pragma warning disable CA1852 // The proxies derive from it.
internal class Reference : DispatchProxy
#pragma warning restore CA1852
{
    private LocalSilo silo = null!;

    public ITarget Target { get; private set; } = null!;

    public GrainId Id => Target.Id;

    public static object Create(Type interfaceType, ITarget target, LocalSilo silo)
    {
        var reference = (Reference)Create(interfaceType, typeof(Reference));
        (reference.silo, reference.Target) = (silo, target);
        return reference;
    }

    public object For(Type interfaceType)
        => interfaceType.IsInstanceOfType(this) ? this : Create(interfaceType, Target, silo);

    public override bool Equals(object? obj) => obj is Reference other && other.Id == Id && other.silo == silo;

    public override int GetHashCode() => Id.GetHashCode();

    public override string ToString() => Id.ToString();

    protected override object? Invoke(MethodInfo? targetMethod, object?[]? args)
        => silo.Call(Target, GrainMethod.Of(targetMethod!), args ?? []);
}
