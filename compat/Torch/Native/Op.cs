using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace TorchSharp.Native;

/// <summary>The one path from C# to an operator of libtorch.</summary>
internal static unsafe class Op
{
    private const int MostResults = 8;
    private const int StackWords = 64;

    /// <summary>The operator of that name, or 0 where this libtorch lacks it: the call then says so.</summary>
    internal static nint Find(string name, string overload = "")
    {
        fixed (byte* n = System.Text.Encoding.UTF8.GetBytes("aten::" + name + '\0'))
        fixed (byte* o = System.Text.Encoding.UTF8.GetBytes(overload + '\0'))
        {
            try
            {
                return NativeMethods.dt_op_find(n, o, out var op) == 0 ? op : 0;
            }
            catch (DllNotFoundException)
            {
                // Said by the first call, in its own words and not in those of a static constructor that failed.
                return 0;
            }
        }
    }

    internal static string Schema(nint op) => Marshal.PtrToStringUTF8(NativeMethods.dt_op_schema(op)) ?? "";

    /// <summary>Calls an operator with one tensor as its result.</summary>
    internal static torch.Tensor Call(nint op, ReadOnlySpan<Value> args)
    {
        NativeValue result;
        Invoke(op, args, &result, 1);
        return new torch.Tensor(result.Pointer);
    }

    /// <summary>Calls an operator with several tensors as its results.</summary>
    internal static (torch.Tensor, torch.Tensor) Call2(nint op, ReadOnlySpan<Value> args)
    {
        var results = stackalloc NativeValue[MostResults];
        Invoke(op, args, results, MostResults);
        return (new(results[0].Pointer), new(results[1].Pointer));
    }

    /// <summary>Calls an operator that changes its arguments, and drops what it returns.</summary>
    internal static void Run(nint op, ReadOnlySpan<Value> args) => Invoke(op, args, null, 0);

    /// <summary>Calls an operator that changes its first argument in place and returns it.</summary>
    internal static torch.Tensor RunOn(torch.Tensor self, nint op, ReadOnlySpan<Value> args)
    {
        Invoke(op, args, null, 0);
        return self;
    }

    /// <summary>Calls an operator whose result is a boolean.</summary>
    internal static bool Test(nint op, ReadOnlySpan<Value> args)
    {
        NativeValue result;
        Invoke(op, args, &result, 1);
        return result.Int != 0;
    }

    /// <summary>Calls an operator with a list of tensors as its result.</summary>
    internal static torch.Tensor[] CallMany(nint op, ReadOnlySpan<Value> args)
    {
        NativeValue result;
        Invoke(op, args, &result, 1);
        var tensors = new torch.Tensor[result.Length];
        for (var i = 0; i < tensors.Length; i++)
            tensors[i] = new(((nint*)result.Pointer)[i]);
        NativeMethods.dt_free((void*)result.Pointer);
        return tensors;
    }

    /// <summary>Calls an operator whose result is a list of tensors, as raw handles.</summary>
    internal static void CallInto(HandleList target, nint op, ReadOnlySpan<Value> args)
    {
        NativeValue result;
        Invoke(op, args, &result, 1);
        for (var i = 0; i < result.Length; i++)
            target.Add(((nint*)result.Pointer)[i]);
        NativeMethods.dt_free((void*)result.Pointer);
    }

    [SkipLocalsInit]
    private static void Invoke(nint op, ReadOnlySpan<Value> args, NativeValue* results, int capacity)
    {
        if (op == 0)
            throw Missing();
        var words = 0;
        foreach (ref readonly var arg in args)
            words += arg.Tag >= Tag.String ? arg.ListSpace : 0;
        var native = stackalloc NativeValue[args.Length];
        var inline = stackalloc nint[StackWords];
        var lists = words <= StackWords ? inline : (nint*)NativeMemory.Alloc((nuint)(words * sizeof(nint)));
        try
        {
            var next = lists;
            for (var i = 0; i < args.Length; i++)
                args[i].Write(native + i, ref next);
            NativeMethods.Throw(NativeMethods.dt_call(op, native, args.Length, results, &capacity));
        }
        finally
        {
            if (lists != inline)
                NativeMemory.Free(lists);
            KeepAlive(args);
        }
    }

    // Without the library, the version is what fails, and says why.
    private static NotImplementedException Missing() => new($"libtorch {torch.__version__} lacks an operator that was asked for");

    // The arguments' objects must not be finalized while native code works on their handles.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void KeepAlive(ReadOnlySpan<Value> args)
    {
    }
}
