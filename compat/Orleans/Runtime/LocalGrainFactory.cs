using System.Globalization;

namespace Orleans.Runtime;

internal sealed class LocalGrainFactory(LocalSilo silo) : IClusterClient
{
    private long observers;

    public IServiceProvider ServiceProvider => silo.Services;

    public TGrainInterface GetGrain<TGrainInterface>(string primaryKey, string? grainClassNamePrefix = null)
        where TGrainInterface : IGrainWithStringKey
    {
        ArgumentNullException.ThrowIfNull(primaryKey);
        return Grain<TGrainInterface>(primaryKey, grainClassNamePrefix);
    }

    public TGrainInterface GetGrain<TGrainInterface>(long primaryKey, string? grainClassNamePrefix = null)
        where TGrainInterface : IGrainWithIntegerKey
        => Grain<TGrainInterface>(primaryKey.ToString("X", CultureInfo.InvariantCulture), grainClassNamePrefix);

    public TGrainInterface GetGrain<TGrainInterface>(GrainId grainId)
        where TGrainInterface : IAddressable
        => (TGrainInterface)Reference(typeof(TGrainInterface), GrainClasses.For(typeof(TGrainInterface), grainId.Type), grainId);

    public TGrainObserverInterface CreateObjectReference<TGrainObserverInterface>(IGrainObserver obj)
        where TGrainObserverInterface : IGrainObserver
    {
        ArgumentNullException.ThrowIfNull(obj);
        if (obj is Reference || obj is not TGrainObserverInterface || !typeof(TGrainObserverInterface).IsInterface)
        {
            throw new ArgumentException($"{obj.GetType()} is not an object that implements the interface {typeof(TGrainObserverInterface)}.", nameof(obj));
        }

        var id = GrainId.Create("sys.client", Interlocked.Increment(ref observers).ToString(CultureInfo.InvariantCulture));
        return (TGrainObserverInterface)Runtime.Reference.Create(typeof(TGrainObserverInterface), new LocalObserver(silo, id, obj), silo);
    }

    public void DeleteObjectReference<TGrainObserverInterface>(IGrainObserver obj)
        where TGrainObserverInterface : IGrainObserver
    {
        if (obj is not Reference { Target: LocalObserver observer })
        {
            throw new ArgumentException("Not a reference made by CreateObjectReference.", nameof(obj));
        }

        observer.Delete();
    }

    public object Reference(Type interfaceType, GrainClass grainClass, GrainId id)
        => Runtime.Reference.Create(interfaceType, new GrainTarget(silo, grainClass, id), silo);

    private TGrainInterface Grain<TGrainInterface>(string key, string? prefix)
    {
        var grainClass = GrainClasses.For(typeof(TGrainInterface), prefix);
        return (TGrainInterface)Reference(typeof(TGrainInterface), grainClass, GrainId.Create(grainClass.GrainType, key));
    }
}
