using System.Globalization;
using Distributed.Bench.Accuracy;

// Usage: bench/accuracy/run STUDY --data DIR [--seeds 1,2,3] [--out FILE]. Exit 1 when a mark was missed.
if (args.Length == 0 || Option("--data") is not { } data)
{
    Console.Error.WriteLine("usage: bench/accuracy/run fedavg|ldawa|fedlaw --data DIR [--seeds 1,2,3] [--out FILE]");
    return 2;
}

var seeds = (Option("--seeds") ?? "1,2,3").Split(',').Select(seed => int.Parse(seed, CultureInfo.InvariantCulture)).ToList();
if (args[0] == "bare")
{
    // A process that FedAvgStudy starts.
    BareLoop.Train(data, seeds[0]);
    return 0;
}

var table = new Table($"bench/accuracy/run {args[0]} --data DIR --seeds {string.Join(',', seeds)}");
var simulations = new Simulations(data);
switch (args[0])
{
    case "fedavg": FedAvgStudy.Run(simulations, data, seeds, table); break;
    case "ldawa": LDawaStudy.Run(simulations, seeds, table); break;
    case "fedlaw": FedLawStudy.Run(simulations, seeds, table); break;
    default:
        Console.Error.WriteLine($"no study is called {args[0]}; there are fedavg, ldawa, fedlaw");
        return 2;
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
