using System.Runtime.InteropServices;
using System.Text;
using Distributed.Collectives.Groups;

namespace Distributed.Collectives.SharedMemory;

/// <summary>What one rank tells the others. Only <see cref="Received"/> is written by another: whoever receives its message.</summary>
[StructLayout(LayoutKind.Explicit, Size = Layout.Page)]
internal unsafe struct RankPage
{
    private const int MessageOffset = 1024;
    private const int MessageBytes = Layout.Page - MessageOffset;

    /// <summary>1 once the rank's lock is held.</summary>
    [FieldOffset(0)]
    internal int Joined;

    /// <summary>How many barriers the rank has come to.</summary>
    [FieldOffset(64)]
    internal int Step;

    /// <summary>The present collective and the one before: a rank may be one ahead of another that still reads.</summary>
    [FieldOffset(128)]
    internal Operation EvenCall;

    [FieldOffset(192)]
    internal Operation OddCall;

    /// <summary>The message that is being sent.</summary>
    [FieldOffset(256)]
    internal Operation Message;

    /// <summary>To whom it goes (low half), and its first chunk's number.</summary>
    [FieldOffset(320)]
    internal long Letter;

    /// <summary>How many chunks the rank has sent.</summary>
    [FieldOffset(384)]
    internal Signal Sent;

    /// <summary>How many of them were received.</summary>
    [FieldOffset(512)]
    internal Signal Received;

    [FieldOffset(768)]
    private FailureCode _code;

    [FieldOffset(772)]
    private int _rank;

    [FieldOffset(776)]
    private int _length;

    [FieldOffset(MessageOffset)]
    private fixed byte _message[MessageBytes];

    internal GroupFailure Failure
    {
        get
        {
            fixed (byte* message = _message) return new(_code, _rank, Encoding.UTF8.GetString(message, Math.Clamp(_length, 0, MessageBytes)));
        }

        set
        {
            (_code, _rank) = (value.Code, value.Rank);
            fixed (byte* message = _message) Encoding.UTF8.GetEncoder().Convert(value.Message, new(message, MessageBytes), flush: true, out _, out _length, out _);
        }
    }
}
