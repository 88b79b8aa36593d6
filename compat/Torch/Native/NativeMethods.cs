using System.Reflection;
using System.Runtime.InteropServices;

[assembly: System.Runtime.CompilerServices.DisableRuntimeMarshalling]

namespace TorchSharp.Native;

/// <summary>The C ABI of native/src/abi.h. The library is loaded by the first call, never earlier.</summary>
internal static unsafe partial class NativeMethods
{
    internal const string Library = "distributed_native";

    static NativeMethods() => NativeLibrary.SetDllImportResolver(Assembly.GetExecutingAssembly(), LibraryLookup.Resolve);

    /// <summary>Turns a code into the exception that it stands for.</summary>
    internal static void Throw(int code)
    {
        if (code != 0)
            throw Failure(code);
    }

    private static TorchFailure Failure(int code)
    {
        var text = Marshal.PtrToStringUTF8(dt_error()) ?? "unknown error";
        return new TorchFailure(text, (TorchError)code, code == (int)TorchError.Callback ? Callbacks.TakeFailure() : null);
    }

    [LibraryImport(Library)] private static partial nint dt_error();
    [LibraryImport(Library)] internal static partial nint dt_build_info();

    [LibraryImport(Library)] internal static partial int dt_op_find(byte* name, byte* overload, out nint op);
    [LibraryImport(Library)] internal static partial nint dt_op_schema(nint op);
    [LibraryImport(Library)] internal static partial int dt_call(nint op, NativeValue* args, int count, NativeValue* results, int* resultCount);
    [LibraryImport(Library)] internal static partial void dt_free(void* memory);

    [LibraryImport(Library)] internal static partial void dt_release(nint tensor);
    [LibraryImport(Library)] internal static partial void dt_release_many(nint* tensors, long count);
    [LibraryImport(Library)] internal static partial nint dt_retain(nint tensor);
    [LibraryImport(Library)] internal static partial long dt_use_count(nint tensor);
    [LibraryImport(Library)] internal static partial int dt_info(nint tensor, long* result, int capacity);
    [LibraryImport(Library)] internal static partial int dt_data_ptr(nint tensor, void** data);
    [LibraryImport(Library)] internal static partial int dt_item(nint tensor, NativeValue* result);
    [LibraryImport(Library)] internal static partial int dt_from_blob(void* data, long* sizes, int dimensions, int type, delegate* unmanaged<nint, void> release, nint context, out nint tensor);

    [LibraryImport(Library)] internal static partial int dt_backward(nint* roots, nint* gradients, int count, int retainGraph, int createGraph, nint* inputs, int inputCount);
    [LibraryImport(Library)] internal static partial int dt_autograd_grad(nint* outputs, nint* gradients, int count, nint* inputs, int inputCount, int retainGraph, int createGraph, int allowUnused, nint* results);
    [LibraryImport(Library)] internal static partial int dt_gradients(nint* tensors, int count, nint* results);
    [LibraryImport(Library)] internal static partial int dt_set_gradient(nint tensor, nint gradient);
    [LibraryImport(Library)] internal static partial int dt_clear_gradients(nint* tensors, int count);
    [LibraryImport(Library)] internal static partial int dt_set_requires_grad(nint tensor, int on);
    [LibraryImport(Library)] internal static partial int dt_grad_mode();
    [LibraryImport(Library)] internal static partial int dt_set_grad_mode(int on);
    [LibraryImport(Library)] internal static partial int dt_hook_add(nint leaf, delegate* unmanaged<nint, int> function, delegate* unmanaged<nint, void> release, nint context, out nint hook);
    [LibraryImport(Library)] internal static partial void dt_hook_remove(nint hook);
    [LibraryImport(Library)] internal static partial int dt_function(nint* inputs, int count, nint output, delegate* unmanaged<nint, nint, nint*, int, int> function, delegate* unmanaged<nint, void> release, nint context);

    [LibraryImport(Library)] internal static partial int dt_manual_seed(ulong seed);
    [LibraryImport(Library)] internal static partial int dt_generator_default(out nint generator);
    [LibraryImport(Library)] internal static partial int dt_generator_new(int deviceType, int deviceIndex, ulong seed, out nint generator);
    [LibraryImport(Library)] internal static partial void dt_generator_free(nint generator);
    [LibraryImport(Library)] internal static partial int dt_generator_seed(nint generator, ulong seed);
    [LibraryImport(Library)] internal static partial int dt_generator_initial_seed(nint generator, out ulong seed);
    [LibraryImport(Library)] internal static partial int dt_generator_state(nint generator, out nint tensor);
    [LibraryImport(Library)] internal static partial int dt_generator_set_state(nint generator, nint tensor);

    [LibraryImport(Library)] internal static partial int dt_threads();
    [LibraryImport(Library)] internal static partial int dt_set_threads(int count);
    [LibraryImport(Library)] internal static partial int dt_interop_threads();
    [LibraryImport(Library)] internal static partial int dt_set_interop_threads(int count);
    [LibraryImport(Library)] internal static partial int dt_cuda_count();
    [LibraryImport(Library)] internal static partial int dt_cuda_sync(int device);
}
