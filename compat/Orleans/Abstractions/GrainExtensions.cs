using System.Globalization;
using Orleans.Runtime;

namespace Orleans;

public static class GrainExtensions
{
    public static GrainId GetGrainId(this IAddressable grain) => grain switch
    {
        Reference reference => reference.Id,
        IGrainBase { GrainContext: { } context } => context.GrainId,
        null => throw new ArgumentNullException(nameof(grain)),
        _ => throw new ArgumentException($"{grain.GetType()} is neither a grain with an activation nor a reference.", nameof(grain)),
    };

    public static string GetPrimaryKeyString(this IAddressable grain) => grain.GetGrainId().Key.ToString();

    public static long GetPrimaryKeyLong(this IAddressable grain)
        => long.Parse(grain.GetGrainId().Key.ToString(), NumberStyles.HexNumber, CultureInfo.InvariantCulture);

    public static TGrainInterface AsReference<TGrainInterface>(this IAddressable grain) => grain switch
    {
        Reference reference => (TGrainInterface)reference.For(typeof(TGrainInterface)),
        IGrainBase { GrainContext: Activation activation } => (TGrainInterface)activation.Silo.Factory.Reference(typeof(TGrainInterface), activation.Class, activation.GrainId),
        null => throw new ArgumentNullException(nameof(grain)),
        _ => throw new ArgumentException($"{grain.GetType()} is neither a grain with an activation nor a reference.", nameof(grain)),
    };
}
