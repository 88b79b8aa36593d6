namespace Distributed.Algorithms.Tensors;

/// <summary>Recognises what people send instead of safetensors, and says how to convert it.</summary>
internal static class ForeignFormats
{
    private const string Convert =
        "Nothing in it was executed. Convert it where it comes from: "
            + "in Python, safetensors.torch.save_file(model.state_dict(), \"model.safetensors\").";

    public static void Refuse(ReadOnlySpan<byte> start)
    {
        if (start.StartsWith("PK\x03\x04"u8))
            throw new SafetensorsException(SafetensorsProblem.Zip,
                "This is a zip archive (torch.save or numpy.savez), not safetensors. " + Convert);

        // "version https://git-lfs.github.com/spec/v1"; as a length it would be beyond any.
        if (start.StartsWith("version "u8))
            throw new SafetensorsException(SafetensorsProblem.LfsPointer,
                "This is a Git LFS pointer, a few lines of text in place of the file. Fetch the file itself with: git lfs pull");

        if (start.StartsWith("GGUF"u8))
            throw new SafetensorsException(SafetensorsProblem.Gguf,
                "This is a GGUF file, whose tensors are quantised; it cannot be turned back. Take the model that it was made from, as safetensors.");

        if (start.TrimStart(" \t\r\n"u8).StartsWith("<"u8))
            throw new SafetensorsException(SafetensorsProblem.Html,
                "This is an HTML or XML page, not safetensors: a download that was answered with a page. Open it to see what the server said.");

        // A pickle starts with 0x80 and its protocol, and so does the length of some short headers; those go on with an opening brace.
        var json = start.Length > Safetensors.PrefixBytes && start[Safetensors.PrefixBytes] == (byte)'{'
            && start[4..8].IndexOfAnyExcept((byte)0) < 0;
        if (!json && start.Length >= 2 && start[0] == 0x80 && start[1] is >= 2 and <= 5)
            throw new SafetensorsException(SafetensorsProblem.Pickle, "This is a Python pickle, not safetensors. " + Convert);
    }
}
