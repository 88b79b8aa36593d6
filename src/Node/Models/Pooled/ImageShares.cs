using static TorchSharp.torch;

namespace Distributed.Node.Models.Pooled;

/// <summary>The images of a batch, shared out among as many threads as libtorch may use here.</summary>
internal static class ImageShares
{
    /// <summary>Runs over all images.</summary>
    /// <typeparam name="T">What a share gives.</typeparam>
    /// <param name="images">How many there are.</param>
    /// <param name="share">Is given the first image of a share and the one behind its last.</param>
    /// <returns>What the shares gave, in the order of the images.</returns>
    public static T[] Run<T>(int images, Func<int, int, T> share)
    {
        var shares = Math.Clamp(images, 1, get_num_threads());
        if (shares == 1)
        {
            return [share(0, images)];
        }

        var results = new T[shares];
        Parallel.For(0, shares, i => results[i] = share(Cut(i), Cut(i + 1)));
        return results;

        int Cut(int index) => (int)((long)images * index / shares);
    }
}
