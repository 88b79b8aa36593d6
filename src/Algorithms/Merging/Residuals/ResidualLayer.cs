using Distributed.Algorithms.Tensors;

namespace Distributed.Algorithms.Merging.Residuals;

/// <summary>How one tensor of a tuned model is stored.</summary>
public enum ResidualForm
{
    /// <summary>As it is.</summary>
    Exact,
    /// <summary>What it adds to the base, as a product of two thin matrices; of rank 0, that is nothing.</summary>
    LowRank,
    /// <summary>What it adds to the base, number by number in few bits.</summary>
    Quantized,
}

/// <summary>One tensor of a stored residual.</summary>
/// <param name="Tensor">The tensor of the tuned model.</param>
/// <param name="Form">How it is stored.</param>
/// <param name="Rank">The rank, where it is <see cref="ResidualForm.LowRank"/>.</param>
/// <param name="Bytes">What it takes.</param>
/// <param name="Error">The Frobenius norm of the difference to the tuned tensor, before that is rounded to its element type.</param>
/// <param name="Norm">The Frobenius norm of what it adds to the base, to compare the error with; 0 where it is stored as it is.</param>
public sealed record ResidualLayer(TensorEntry Tensor, ResidualForm Form, int Rank, long Bytes, double Error, double Norm);
