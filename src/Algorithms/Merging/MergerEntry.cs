using Distributed.Algorithms.Tensors;

namespace Distributed.Algorithms.Merging;

/// <summary>Whether a merger works on differences to a common base.</summary>
public enum BaseModel
{
    /// <summary>It has no use for one; one that is given is refused.</summary>
    None,
    /// <summary>It works with one and without.</summary>
    Optional,
    /// <summary>It needs one.</summary>
    Required,
}

/// <summary>A merger as the command sees it.</summary>
public sealed class MergerEntry
{
    private readonly Func<MergerParameters, IMerger> _create;

    private MergerEntry(string name, Type parameters, Func<MergerParameters, IMerger> create)
    {
        Name = name;
        Parameters = parameters;
        _create = create;
    }

    /// <summary>Its name.</summary>
    public string Name { get; }

    /// <summary>Its record of parameters: public init-only properties with defaults and ranges, and a constructor without arguments.</summary>
    public Type Parameters { get; }

    /// <summary>The fewest models it merges.</summary>
    public int FewestModels { get; private init; }

    /// <summary>The most models it merges; <see cref="int.MaxValue"/> when any number.</summary>
    public int MostModels { get; private init; }

    /// <summary>Whether it works on differences to a base.</summary>
    public BaseModel Base { get; private init; }

    /// <summary>Whether it looks at <see cref="MergeSource.Weight"/>; other mergers refuse weights other than 1.</summary>
    public bool TakesWeights { get; private init; }

    /// <summary>Whether it needs <see cref="MergeInput.Score"/>.</summary>
    public bool NeedsScore { get; private init; }

    /// <summary>Makes the merger.</summary>
    /// <param name="parameters">An object of the type <see cref="Parameters"/>, ranges already checked.</param>
    /// <exception cref="ArgumentException">The object is of another type.</exception>
    public IMerger Create(MergerParameters parameters) =>
        Parameters.IsInstanceOfType(parameters)
            ? _create(parameters)
            : throw new ArgumentException($"{Name} takes {Parameters.Name}.", nameof(parameters));

    internal static MergerEntry Of<TParameters>(
        string name, Func<TParameters, IMerger> create, int fewest = 2, int most = int.MaxValue,
        BaseModel @base = BaseModel.None, bool weights = false, bool score = false)
        where TParameters : MergerParameters, new() =>
        new(name, typeof(TParameters), p => create((TParameters)p))
        {
            FewestModels = fewest, MostModels = most, Base = @base, TakesWeights = weights, NeedsScore = score,
        };

    /// <summary>What is wrong with the number of models, their weights and the base.</summary>
    internal IEnumerable<string> Problems(MergeInput input)
    {
        var count = input.Models.Length;
        if (count < FewestModels || count > MostModels) yield return $"{Name} merges {Number()}, got {count}.";
        if (Base == BaseModel.Required && input.Base is null) yield return $"{Name} needs the base model that the others were tuned from.";
        if (Base == BaseModel.None && input.Base is not null) yield return $"{Name} has no use for a base model.";
        if (NeedsScore && input.Score is null) yield return $"{Name} chooses models by their score on held-out data, and there is none.";
        foreach (var model in input.Models)
        {
            if (!double.IsFinite(model.Weight)) yield return $"The weight of {Printable.Of(model.Name)} is not a finite number.";
            else if (!TakesWeights && model.Weight != 1) yield return $"{Name} takes no weights, got one for {Printable.Of(model.Name)}.";
        }
    }

    private string Number() =>
        FewestModels == MostModels ? FewestModels == 1 ? "one model" : $"exactly {FewestModels} models"
        : MostModels == int.MaxValue ? $"at least {FewestModels} models" : $"{FewestModels} to {MostModels} models";
}
