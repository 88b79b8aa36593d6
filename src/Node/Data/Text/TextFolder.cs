using System.Globalization;
using System.Text;

namespace Distributed.Node.Data.Text;

/// <summary>
/// <c>text</c>: a folder with a text file or a sub-folder of text files for each domain, in UTF-8, or in UTF-16 with a byte order mark; <c>.jsonl</c> is read as
/// <see cref="JsonLines"/>. Names with a dot in front are passed over.
/// </summary>
internal static class TextFolder
{
    /// <summary>The name in run files.</summary>
    public const string Name = "text";

    /// <summary>Most bytes of all domains: 1 GB.</summary>
    public const long MaximumBytes = 1L << 30;

    /// <summary>Most domains.</summary>
    public const int MaximumDomains = 1000;

    /// <summary>Reads the domains, by name.</summary>
    /// <param name="path">The folder.</param>
    /// <param name="problems">Receives everything that is wrong, naming the file.</param>
    /// <returns>The domains, or null when there is a problem.</returns>
    public static TextDomain[]? Read(string path, ICollection<string> problems)
    {
        if (!Directory.Exists(path))
        {
            problems.Add($"{path}: no such folder; set data.path to a folder with a text file or a sub-folder for each domain.");
            return null;
        }

        var before = problems.Count;
        try
        {
            var entries = Visible(new DirectoryInfo(path).EnumerateFileSystemInfos()).Take(MaximumDomains + 1).ToList();
            if (entries.Count is 0 or > MaximumDomains)
            {
                problems.Add(entries.Count == 0 ? $"{path}: holds no text" : $"{path}: holds more than the {MaximumDomains} domains that are accepted");
                return null;
            }

            var left = MaximumBytes;
            TextDomain[] domains = [.. entries.Select(entry => Read(entry, ref left, problems)).OrderBy(domain => domain.Name, StringComparer.Ordinal)];
            foreach (var twice in domains.GroupBy(domain => domain.Name).Where(group => group.Count() > 1))
            {
                problems.Add($"{path}: domain {twice.Key} is there twice, as files or as a file and a folder");
            }

            return problems.Count == before ? domains : null;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            problems.Add($"{path}: cannot be read ({error.Message})");
            return null;
        }
    }

    private static TextDomain Read(FileSystemInfo entry, ref long left, ICollection<string> problems)
    {
        var files = entry is DirectoryInfo folder
            ? [.. Visible(folder.EnumerateFiles("*", SearchOption.AllDirectories)).OrderBy(file => file.FullName, StringComparer.Ordinal)]
            : new[] { (FileInfo)entry };
        using var text = new MemoryStream();
        foreach (var file in files)
        {
            // Also what has no end, such as a device, has a length of 0 and gives nothing.
            left -= file.Length;
            if (left < 0)
            {
                problems.Add(string.Create(CultureInfo.InvariantCulture, $"{file.FullName}: with it the text is longer than the {MaximumBytes:N0} bytes that are accepted"));
                break;
            }

            if (file.Length > 0)
            {
                var content = Utf8(file.FullName, problems);
                text.Write(file.Extension == JsonLines.Extension ? JsonLines.Texts(file.FullName, content, problems) : content);
            }
        }

        return new TextDomain(entry is DirectoryInfo ? entry.Name : Path.GetFileNameWithoutExtension(entry.Name), text.ToArray());
    }

    private static byte[] Utf8(string path, ICollection<string> problems)
    {
        var bytes = File.ReadAllBytes(path);
        try
        {
            // A byte order mark says which Unicode it is; without one it is UTF-8.
            using var reader = new StreamReader(new MemoryStream(bytes), new UTF8Encoding(false, throwOnInvalidBytes: true));
            return Encoding.UTF8.GetBytes(reader.ReadToEnd());
        }
        catch (DecoderFallbackException)
        {
            problems.Add($"{path} line {WrongLine(bytes)}: is not text in UTF-8 (or in UTF-16 with a byte order mark)");
            return [];
        }
    }

    // No character of UTF-8 but a line feed itself has its byte.
    private static int WrongLine(ReadOnlySpan<byte> bytes)
    {
        var line = 1;
        foreach (var range in bytes.Split((byte)'\n'))
        {
            if (!System.Text.Unicode.Utf8.IsValid(bytes[range]))
            {
                return line;
            }

            line++;
        }

        return line;
    }

    private static IEnumerable<T> Visible<T>(IEnumerable<T> entries)
        where T : FileSystemInfo => entries.Where(entry => !entry.Name.StartsWith('.'));
}
