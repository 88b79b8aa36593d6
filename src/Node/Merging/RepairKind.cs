namespace Distributed.Node.Merging;

/// <summary>How a merged model is re-normalised.</summary>
public enum RepairKind
{
    /// <summary>Not at all.</summary>
    None,

    /// <summary>A reset where there is BatchNorm; otherwise the best of none, rescale and repair on the training examples.</summary>
    Auto,

    /// <summary>BatchNorm's running statistics are estimated anew.</summary>
    Reset,

    /// <summary>Mean and standard deviation of each unit become those of the models that were merged.</summary>
    Repair,

    /// <summary>The standard deviation does; the mean is scaled along.</summary>
    Rescale,

    /// <summary>The mean does.</summary>
    Reshift,

    /// <summary>What repair would come to, from the two models alone.</summary>
    ClosedForm,
}
