using Grpc.Core;

namespace Grpc.Shared;

// Metadata as HTTP headers: text as it is, "-bin" values in base64.
internal static class MetadataText
{
    // The protocol asks for base64 without padding.
    public static string Encode(Metadata.Entry entry) =>
        entry.IsBinary ? Convert.ToBase64String(entry.ValueBytes).TrimEnd('=') : entry.Value;

    // A header that metadata cannot hold (an odd name, broken base64) comes from a peer outside the protocol, and is left out.
    public static void AddHeader(this Metadata metadata, string name, string value)
    {
        try
        {
            if (!name.EndsWith(Metadata.BinaryHeaderSuffix, StringComparison.OrdinalIgnoreCase))
            {
                metadata.Add(name, value);
                return;
            }

            // Several binary values may come joined by commas, padded or not.
            foreach (var part in value.Split(',', StringSplitOptions.TrimEntries))
                metadata.Add(name, Convert.FromBase64String(part.PadRight((part.Length + 3) / 4 * 4, '=')));
        }
        catch (Exception e) when (e is ArgumentException or FormatException)
        {
        }
    }
}
