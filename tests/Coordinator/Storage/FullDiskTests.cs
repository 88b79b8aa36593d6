using System.Diagnostics;
using Distributed.Coordinator.Storage;
using Distributed.Coordinator.Tests.Support;
using Distributed.Protocols.Refusals;

namespace Distributed.Coordinator.Tests.Storage;

/// <summary>A disk that is really full: a tmpfs of 1 MB. The failpoints stand in where mounting is not permitted.</summary>
public sealed class FullDiskTests
{
    [MountFact]
    public async Task Spool_NoRoom_RefusedThenRoundGoesOnWhenThereIs()
    {
        using var disk = new SmallDisk();
        var stores = new Stores(disk.Path);
        var large = Models.Bytes(1, Models.Manifest(100_000));
        Assert.Equal(RefusalCode.StorageFull, (await stores.SpoolAsync(large, Models.Update(large), durable: true)).Refusal!.Code);
        Assert.Empty(Directory.EnumerateFiles(disk.Path, "*", SearchOption.AllDirectories));

        var small = Models.Bytes(1);
        Assert.Null((await stores.SpoolAsync(small, Models.Update(small), durable: true)).Refusal);
    }

    [MountFact]
    public void Commit_NoRoom_OldVersionIntact()
    {
        using var disk = new SmallDisk();
        var stores = new Stores(disk.Path);
        var v0 = stores.Commit(Models.Bytes(0), 0, null, durable: true).Value!;
        var large = Models.Bytes(1, Models.Manifest(100_000));
        Assert.Equal(RefusalCode.StorageFull, Assert.Throws<StorageException>(() => stores.Commit(large, 1, v0, durable: true)).Refusal.Code);
        Assert.Equal(2, Directory.EnumerateFiles(disk.Path, "*", SearchOption.AllDirectories).Count());
        Assert.NotNull(stores.Checkpoints.Verify("run-a", 0).Value);
        Assert.NotNull(stores.Commit(Models.Bytes(1), 1, v0, durable: true).Value);
    }

    private sealed class SmallDisk : IDisposable
    {
        private readonly TempFolder folder = new();

        public SmallDisk() => Assert.True(Mount("-t", "tmpfs", "-o", "size=1m", "tmpfs", folder.Path));

        public string Path => folder.Path;

        public static bool Mount(params string[] arguments) => Run("mount", arguments);

        public void Dispose()
        {
            Run("umount", folder.Path);
            folder.Dispose();
        }

        public static bool Run(string command, params string[] arguments)
        {
            try
            {
                using var process = Process.Start(new ProcessStartInfo(command, arguments) { RedirectStandardError = true })!;
                process.WaitForExit();
                return process.ExitCode == 0;
            }
            catch (System.ComponentModel.Win32Exception)
            {
                return false;
            }
        }
    }

    private sealed class MountFactAttribute : FactAttribute
    {
        private static readonly Lazy<bool> CanMount = new(() =>
        {
            using var folder = new TempFolder();
            return SmallDisk.Mount("-t", "tmpfs", "-o", "size=1m", "tmpfs", folder.Path) && SmallDisk.Run("umount", folder.Path);
        });

        public MountFactAttribute() => Skip = CanMount.Value ? null : "Mounting a tmpfs is not permitted here.";
    }
}
