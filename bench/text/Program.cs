using Distributed.Bench.Text;

// Usage: bench/text/run DIR. Bits per byte of a byte 6-gram on the last tenth of each text file in DIR, as dist holds it out, after all the others' nine tenths.
var files = Directory.GetFiles(args[0]).Order(StringComparer.Ordinal).Select(path => (Name: Path.GetFileNameWithoutExtension(path), Bytes: File.ReadAllBytes(path))).ToList();
var model = new ByteNgram(6);
files.ForEach(file => model.Learn(file.Bytes.AsSpan(0, Cut(file.Bytes))));
foreach (var (name, bytes) in files)
{
    var held = bytes.AsSpan(Cut(bytes));
    Console.WriteLine(FormattableString.Invariant($"{name,-16} {held.Length,8} bytes  {model.Bits(held) / held.Length:0.000} bits per byte"));
}

static int Cut(byte[] bytes) => bytes.Length - (bytes.Length / 10);
