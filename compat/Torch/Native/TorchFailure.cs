using System.Runtime.InteropServices;

namespace TorchSharp.Native;

/// <summary>The codes of native/src/abi.h.</summary>
internal enum TorchError
{
    Torch = 1,
    Index = 2,
    Value = 3,
    Type = 4,
    NotImplemented = 5,
    OutOfMemory = 6,
    LinearAlgebra = 7,
    Timeout = 8,
    PeerLost = 9,
    Standard = 10,
    Callback = 11,
}

/// <summary>An error of libtorch or of our own checks before it. Users catch <see cref="ExternalException"/>, as with TorchSharp.</summary>
internal sealed class TorchFailure(string text, TorchError error, Exception? inner = null) : ExternalException(text, inner)
{
    internal TorchError Error { get; } = error;

    public override int ErrorCode => (int)Error;
}
