using System.ComponentModel.DataAnnotations;
using Distributed.Node.Plugins;
using TorchSharp;
using TorchSharp.Modules;

namespace Distributed.Node.Training;

/// <summary>Parameters of <c>sgd</c>.</summary>
internal sealed record SgdParameters
{
    /// <summary>Step size.</summary>
    /// <value>0.01.</value>
    [Range(0.0, 1000.0)]
    public double LearningRate { get; init; } = 0.01;

    /// <summary>Share of the velocity kept from step to step.</summary>
    /// <value>0.</value>
    [Range(0.0, 1.0)]
    public double Momentum { get; init; }

    /// <summary>Multiple of the parameters added to the gradient.</summary>
    /// <value>0.</value>
    [Range(0.0, 1000.0)]
    public double WeightDecay { get; init; }

    /// <summary>Looks ahead along the velocity; needs a momentum.</summary>
    /// <value>false.</value>
    public bool Nesterov { get; init; }
}

/// <summary>Parameters of <c>adam</c> and <c>adamw</c>; they differ in where the decay acts: in the gradient, or apart from it.</summary>
internal sealed record AdamParameters
{
    /// <summary>Step size.</summary>
    /// <value>0.001.</value>
    [Range(0.0, 1000.0)]
    public double LearningRate { get; init; } = 0.001;

    /// <summary>Decay of the mean of gradients.</summary>
    /// <value>0.9.</value>
    [Range(0.0, 0.999_999_9)]
    public double Beta1 { get; init; } = 0.9;

    /// <summary>Decay of the mean of squared gradients.</summary>
    /// <value>0.999.</value>
    [Range(0.0, 0.999_999_9)]
    public double Beta2 { get; init; } = 0.999;

    /// <summary>Added to the denominator.</summary>
    /// <value>1e-8.</value>
    [Range(0.0, 1.0)]
    public double Epsilon { get; init; } = 1e-8;

    /// <summary>Weight decay.</summary>
    /// <value>0.</value>
    [Range(0.0, 1000.0)]
    public double WeightDecay { get; init; }
}

/// <summary>Makes an optimizer over a model's parameters, without any state of an earlier round.</summary>
internal delegate torch.optim.Optimizer OptimizerBuilder(IEnumerable<Parameter> parameters);

/// <summary>The local optimizers by name.</summary>
internal static class Optimizers
{
    public static readonly PluginFamily<OptimizerBuilder> Family = new("optimizer",
    [
        new("sgd", typeof(SgdParameters), given => Sgd((SgdParameters)given)),
        new("adam", typeof(AdamParameters), given => Adam((AdamParameters)given)),
        new("adamw", typeof(AdamParameters), given => AdamW((AdamParameters)given)),
    ]);

    private static OptimizerBuilder Sgd(SgdParameters p) => parameters =>
        torch.optim.SGD(parameters, p.LearningRate, p.Momentum, weight_decay: p.WeightDecay, nesterov: p.Nesterov);

    private static OptimizerBuilder Adam(AdamParameters p) => parameters =>
        torch.optim.Adam(parameters, p.LearningRate, p.Beta1, p.Beta2, p.Epsilon, p.WeightDecay);

    private static OptimizerBuilder AdamW(AdamParameters p) => parameters =>
        torch.optim.AdamW(parameters, p.LearningRate, p.Beta1, p.Beta2, p.Epsilon, p.WeightDecay);
}
