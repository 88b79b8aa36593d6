namespace Orleans.Runtime;

internal sealed record GrainTarget(LocalSilo Silo, GrainClass Class, GrainId Id) : ITarget
{
    public void Deliver(GrainCall call) => Silo.Deliver(Class, Id, call);
}
