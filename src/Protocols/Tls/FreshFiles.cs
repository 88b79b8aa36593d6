using System.Security.Cryptography;

namespace Distributed.Protocols.Tls;

/// <summary>
/// What some files say, read again when their bytes change. Compared by content and not by time: certificates are replaced through links and within one tick
/// of a clock. While a replacement is half done the last good value stays.
/// </summary>
internal sealed class FreshFiles<T>(IReadOnlyList<string> paths, Func<T> read, Action<string> stale)
    where T : class
{
    private readonly Lock gate = new();
    private T? value;
    private byte[] seen = [];
    private string? complaint;

    /// <summary>The newest value that could be read.</summary>
    /// <exception cref="PemFileException">There never was one.</exception>
    public T Current()
    {
        lock (gate)
        {
            try
            {
                var hash = Hash();
                if (value is null || !hash.AsSpan().SequenceEqual(seen))
                {
                    (value, seen, complaint) = (read(), hash, null);
                }
            }
            catch (Exception error) when (value is not null && error is IOException or UnauthorizedAccessException)
            {
                if (complaint != error.Message)
                {
                    stale(complaint = error.Message);
                }
            }

            return value!;
        }
    }

    private byte[] Hash()
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var path in paths)
        {
            hash.AppendData(File.ReadAllBytes(path));
        }

        return hash.GetHashAndReset();
    }
}
