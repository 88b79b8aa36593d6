using System.Globalization;
using System.Text.Json;
using Distributed.Bench.Step;

// Usage: bench/step/run [--turns 20] [--models mlp,lenet,transformer] [--threads 1,2] [--python PATH] [--out FILE], or with --memory. A contender: product|bare|plain MODEL THREADS.
var (models, threads) = ((Option("--models") ?? "mlp,lenet,transformer").Split(','), (Option("--threads") ?? "1,2").Split(',').Select(Number));
if (args is ["product" or "bare" or "plain", var model, var count])
{
    var blocks = new Blocks(Console.In, Console.Out);
    if (args[0] == "product")
    {
        await ProductLoop.RunAsync(Models.Find(model), Number(count), blocks);
    }
    else
    {
        BareLoop.Run(Models.Find(model), Number(count), thresholds: args[0] == "bare", blocks);
    }

    return;
}

if (args.Contains("--memory"))
{
    Console.WriteLine("resident, MB      step 500  step 5,000");
    foreach (var name in models)
    {
        using var product = Contender.Ours("product", name, threads: 1);
        product.Run(500);
        var early = product.Resident;
        product.Run(4500);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{name,-15} {early / 1e6,10:F1} {product.Resident / 1e6,11:F1}"));
    }

    return;
}

var comparison = new Comparison(Option("--python") ?? "/usr/bin/python3", Number(Option("--turns") ?? "20"), "bench/step/run" + string.Concat(args.Select(argument => " " + argument)));
Console.WriteLine("model x threads  product peer                                  us   ratio  min..max");
var rows = models.SelectMany(name => threads.SelectMany(some => comparison.Run(name, some))).ToList();
if (Option("--out") is { } output)
{
    File.WriteAllText(output, JsonSerializer.Serialize(rows, new JsonSerializerOptions(JsonSerializerDefaults.Web) { WriteIndented = true }) + "\n");
}

static int Number(string text) => int.Parse(text, CultureInfo.InvariantCulture);

string? Option(string name) => Array.IndexOf(args, name) is var at and >= 0 && at + 1 < args.Length ? args[at + 1] : null;
