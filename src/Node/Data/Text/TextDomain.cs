namespace Distributed.Node.Data.Text;

/// <summary>One kind of text.</summary>
/// <param name="Name">Name of its file or folder.</param>
/// <param name="Bytes">All of it in UTF-8, the files one behind the other.</param>
internal sealed record TextDomain(string Name, byte[] Bytes);
