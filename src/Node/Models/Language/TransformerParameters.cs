using System.ComponentModel.DataAnnotations;

namespace Distributed.Node.Models.Language;

/// <summary>Parameters of <c>transformer</c>.</summary>
internal sealed record TransformerParameters : IValidatableObject
{
    /// <summary>Width of the residual stream; each head has an even share of it.</summary>
    /// <value>128.</value>
    [Range(2, 16_384)]
    public int Width { get; init; } = 128;

    /// <summary>Blocks of attention and feed-forward layers.</summary>
    /// <value>4.</value>
    [Range(1, 200)]
    public int Layers { get; init; } = 4;

    /// <summary>Attention heads of a block.</summary>
    /// <value>4.</value>
    [Range(1, 256)]
    public int Heads { get; init; } = 4;

    /// <summary>Tokens of a sequence; what the model can look back on.</summary>
    /// <value>128.</value>
    [Range(1, 65_536)]
    public int Context { get; init; } = 128;

    /// <summary>Width of the feed-forward layers as a multiple of <see cref="Width"/>.</summary>
    /// <value>4.</value>
    [Range(1, 16)]
    public int Expansion { get; init; } = 4;

    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        // Rotary positions turn pairs of numbers.
        if (Width % (2 * Heads) != 0)
        {
            yield return new($"must divide width {Width} into shares of an even number", [nameof(Heads)]);
        }
    }
}
