namespace Distributed.Algorithms.Tensors;

/// <summary>What is wrong with bytes that should have been a safetensors file.</summary>
public enum SafetensorsProblem
{
    /// <summary>Something else altogether, or too short to tell.</summary>
    NotSafetensors,
    /// <summary>A Python pickle, which would have to be executed to be read.</summary>
    Pickle,
    /// <summary>A zip archive: what <c>torch.save</c> and <c>numpy.savez</c> write.</summary>
    Zip,
    /// <summary>A Git LFS pointer in place of a file.</summary>
    LfsPointer,
    /// <summary>A GGUF file.</summary>
    Gguf,
    /// <summary>An HTML or XML page.</summary>
    Html,
    /// <summary>The header exceeds <see cref="Safetensors.MaxHeaderBytes"/>.</summary>
    HeaderTooLarge,
    /// <summary>There are fewer bytes than the header's length says.</summary>
    Truncated,
    /// <summary>The header is no JSON object of the expected form.</summary>
    Malformed,
    /// <summary>A name or a key appears twice.</summary>
    DuplicateKey,
    /// <summary>More than <see cref="Safetensors.MaxTensors"/> tensors.</summary>
    TooManyTensors,
    /// <summary>A tensor's name is empty, too long or holds control characters.</summary>
    Name,
    /// <summary>An element type that is not known here.</summary>
    DType,
    /// <summary>A shape with a negative extent, too many extents, or too many bytes.</summary>
    Shape,
    /// <summary>Offsets that are negative, reversed, or do not span what the shape needs.</summary>
    Offsets,
    /// <summary>Two tensors share bytes.</summary>
    Overlap,
    /// <summary>Bytes that belong to no tensor.</summary>
    Hole,
    /// <summary>The data is shorter or longer than the tensors together.</summary>
    Length,
    /// <summary>The header's metadata is not a mapping of strings, or names buffers that do not exist.</summary>
    Metadata,
}

/// <summary>Bytes from outside are not a safetensors file that can be trusted; the message is safe to print and names the tensor.</summary>
public sealed class SafetensorsException : Exception
{
    /// <summary>Describes what is wrong.</summary>
    /// <param name="problem">The kind of problem.</param>
    /// <param name="message">A sentence for whoever sent the bytes.</param>
    /// <param name="tensor">The tensor concerned, if one is.</param>
    public SafetensorsException(SafetensorsProblem problem, string message, string? tensor = null)
        : base(tensor is null ? message : $"Tensor {Printable.Of(tensor)}: {message}")
    {
        Problem = problem;
        Tensor = tensor;
    }

    /// <summary>The kind of problem.</summary>
    public SafetensorsProblem Problem { get; }

    /// <summary>The raw name of the tensor concerned, if one is; print <see cref="Exception.Message"/> rather than this.</summary>
    public string? Tensor { get; }
}
