using Orleans.Runtime;

namespace Orleans;

[AttributeUsage(AttributeTargets.Class, AllowMultiple = false)]
public sealed class GrainTypeAttribute(string grainType) : Attribute
{
    private readonly GrainType type = GrainType.Create(grainType);

    public GrainType GetGrainType(IServiceProvider services, Type type) => this.type;
}
