using System.Runtime.CompilerServices;

namespace TorchSharp.Native;

/// <summary>
/// One argument of an operator. It keeps the object that it came from, so that the call can read arrays and handles from it and keep
/// it alive; nothing is allocated for it.
/// </summary>
internal readonly struct Value
{
    internal readonly object? Source;
    internal readonly Tag Tag;
    internal readonly int Extra;
    internal readonly long Bits;

    private Value(Tag tag, object? source, long bits = 0, int extra = 0) => (Tag, Source, Bits, Extra) = (tag, source, bits, extra);

    public static implicit operator Value(torch.Tensor? tensor) => tensor is null ? default : new(Tag.Tensor, tensor);
    public static implicit operator Value(long value) => new(Tag.Int, null, value);
    public static implicit operator Value(int value) => new(Tag.Int, null, value);
    public static implicit operator Value(double value) => new(Tag.Double, null, BitConverter.DoubleToInt64Bits(value));
    public static implicit operator Value(bool value) => new(Tag.Bool, null, value ? 1 : 0);
    public static implicit operator Value(long? value) => value is { } v ? v : default(Value);
    public static implicit operator Value(Scalar? value) => value is null ? default : new(value.Tag, null, value.Bits);
    public static implicit operator Value(long[]? values) => values is null ? default : new(Tag.Ints, values);
    public static implicit operator Value(torch.Tensor[]? tensors) => tensors is null ? default : new(Tag.Tensors, tensors);
    public static implicit operator Value(HandleList handles) => new(Tag.Tensors, handles);
    public static implicit operator Value(string? text) => text is null ? default : new(Tag.String, text);
    public static implicit operator Value(torch.ScalarType type) => new(Tag.Int, null, (long)type);
    public static implicit operator Value(torch.ScalarType? type) => type is { } t ? t : default(Value);
    public static implicit operator Value(torch.Device? device) => device is null ? default : new(Tag.Device, null, (long)device.type, device.index);
    public static implicit operator Value(torch.Generator? generator) => generator is null ? default : new(Tag.Generator, generator);

    /// <summary>Writes the native form; lists are copied into <paramref name="lists"/>, which must not move.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal unsafe void Write(NativeValue* target, ref nint* lists)
    {
        target->Tag = Tag;
        target->Length = Extra;
        if (Tag == Tag.Tensor)
            target->Pointer = Unsafe.As<torch.Tensor>(Source!).Live;
        else if (Source is null)
            target->Int = Bits;
        else
            WriteObject(target, ref lists);
    }

    private unsafe void WriteObject(NativeValue* target, ref nint* lists)
    {
        if (Source is HandleList { } raw)
        {
            target->Pointer = (nint)raw.Pointer;
            target->Length = raw.Count;
            return;
        }
        target->Pointer = Source is torch.Generator generator ? generator.Handle : (nint)lists;
        target->Length = Source switch
        {
            long[] ints => Copy(ints, lists),
            torch.Tensor[] tensors => Copy(tensors, lists),
            string text => System.Text.Encoding.UTF8.GetBytes(text, new Span<byte>(lists, ListSpace * sizeof(nint))),
            _ => 0,
        };
        lists += ListSpace;
    }

    /// <summary>Words of list space that this value needs.</summary>
    internal int ListSpace => Source switch
    {
        Array array => array.Length,
        string text => text.Length / 2 + 1,
        _ => 0,
    };

    private static unsafe int Copy(long[] ints, nint* lists)
    {
        ints.AsSpan().CopyTo(new Span<long>(lists, ints.Length));
        return ints.Length;
    }

    private static unsafe int Copy(torch.Tensor[] tensors, nint* lists)
    {
        for (var i = 0; i < tensors.Length; i++)
            lists[i] = tensors[i] is { } tensor ? tensor.Live : 0;
        return tensors.Length;
    }
}
