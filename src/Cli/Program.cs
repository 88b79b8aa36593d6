return await Distributed.Cli.Dist.RunAsync(args);
