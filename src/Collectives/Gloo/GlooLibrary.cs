using System.Runtime.InteropServices;
using Distributed.Collectives.Groups;

namespace Distributed.Collectives.Gloo;

/// <summary>native/gloo, found beside the program, by the name that <c>DIST_GLOO</c> gives, or where the system looks.</summary>
internal static unsafe partial class GlooLibrary
{
    private const string Name = "distributed_gloo";

    private static readonly nint Loaded = Load();

    /// <summary>Throws when the library is missing, with the command that makes it.</summary>
    internal static void Require()
    {
        if (Loaded == 0)
        {
            throw new GroupException(new(
                FailureCode.LibraryMissing, -1,
                $"ranks on several hosts need lib{Name}.so: sudo apt-get install libgloo-dev g++ && native/gloo/build lib{Name}.so, and name it in DIST_GLOO"));
        }
    }

    internal static string Error() => Marshal.PtrToStringUTF8(ErrorText()) ?? "";

    [LibraryImport(Name, EntryPoint = "dg_open", StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int Open(int rank, int size, string host, int timeout, out nint mesh);

    [LibraryImport(Name, EntryPoint = "dg_addresses")]
    internal static partial int Addresses(nint mesh, byte* bytes, int room);

    [LibraryImport(Name, EntryPoint = "dg_connect")]
    internal static partial int Connect(nint mesh, int other, byte[] addresses);

    [LibraryImport(Name, EntryPoint = "dg_abort")]
    internal static partial void Abort(nint mesh);

    [LibraryImport(Name, EntryPoint = "dg_close")]
    internal static partial void Close(nint mesh);

    [LibraryImport(Name, EntryPoint = "dg_all_reduce")]
    internal static partial int AllReduce(
        nint mesh, nint data, long count, int bytes, int kind, delegate* unmanaged<int, nint, nint, nint, nuint, void> function, int timeout);

    [LibraryImport(Name, EntryPoint = "dg_broadcast")]
    internal static partial int Broadcast(nint mesh, nint data, long bytes, int root, int timeout);

    [LibraryImport(Name, EntryPoint = "dg_all_gather")]
    internal static partial int AllGather(nint mesh, nint source, nint target, long bytes, int timeout);

    [LibraryImport(Name, EntryPoint = "dg_send")]
    internal static partial int Send(nint mesh, nint data, long bytes, int to, ulong slot, int timeout);

    [LibraryImport(Name, EntryPoint = "dg_receive")]
    internal static partial int Receive(nint mesh, nint data, long bytes, int from, ulong slot, int timeout);

    [LibraryImport(Name, EntryPoint = "dg_error")]
    private static partial nint ErrorText();

    private static nint Load()
    {
        var library = Environment.GetEnvironmentVariable("DIST_GLOO") is { Length: > 0 } path
            ? NativeLibrary.TryLoad(path, out var named) ? named : 0
            : NativeLibrary.TryLoad(Name, typeof(GlooLibrary).Assembly, null, out var found) ? found : 0;
        if (library != 0) NativeLibrary.SetDllImportResolver(typeof(GlooLibrary).Assembly, (name, _, _) => name == Name ? library : 0);
        return library;
    }
}
