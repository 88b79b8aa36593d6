namespace Distributed.Node.Merging;

/// <summary>What a layer of a model does on training examples: whether a merged model's signal collapses shows in it.</summary>
/// <param name="Layer">Where the layer stands in the model.</param>
/// <param name="Magnitude">Mean |activation| behind the activation function.</param>
/// <param name="DeviationBefore">Mean over the units of their standard deviation in front of the activation function.</param>
/// <param name="DeviationAfter">The same behind it.</param>
/// <param name="ZeroFraction">Share of activations that are exactly 0.</param>
/// <param name="WeightMagnitude">Mean |weight|, the bias included.</param>
/// <param name="VarianceRatio">Mean over the units of their variance over that of the models that were mixed; NaN where there were not two.</param>
public sealed record LayerState(
    string Layer, double Magnitude, double DeviationBefore, double DeviationAfter, double ZeroFraction, double WeightMagnitude, double VarianceRatio);
