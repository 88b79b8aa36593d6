using System.Globalization;
using Distributed.Bench.Rebasin;

// Usage: bench/rebasin/run --data DIR [--widths 32,128,512] [--out FILE] [--plots DIR] [--runs DIR] [--no-resnet]. Exit 1 when a mark was missed.
if (Option("--data") is not { } data)
{
    Console.Error.WriteLine("usage: bench/rebasin/run --data DIR [--widths 32,128,512] [--out FILE] [--plots DIR] [--runs DIR] [--no-resnet]");
    return 2;
}

var widths = (Option("--widths") ?? "32,128,512").Split(',', StringSplitOptions.RemoveEmptyEntries).Select(width => int.Parse(width, CultureInfo.InvariantCulture)).ToList();
var table = new Table($"bench/rebasin/run --data DIR --widths {string.Join(',', widths)}");
var dist = new Dist(data, Option("--runs") ?? Directory.CreateTempSubdirectory("rebasin-").FullName);
foreach (var width in widths)
{
    MlpStudy.Run(dist, width, Option("--plots"), table);
}

if (!args.Contains("--no-resnet"))
{
    ResNetStudy.Run(dist, Option("--plots"), table);
}

if (Option("--out") is { } output)
{
    table.Write(output);
}

return table.Holds ? 0 : 1;

string? Option(string name)
{
    var at = Array.IndexOf(args, name);
    return at >= 0 && at + 1 < args.Length ? args[at + 1] : null;
}
