using Distributed.Cli;
using Distributed.Node.Training;
using OwnModel;

// The whole command, with one model more: "model: { name: oscillators }" in a run file chooses the task that OscillatorTask.Create makes.
var plugins = NodePlugins.None.With(OscillatorTask.Name, OscillatorTask.Create);
return await Dist.RunAsync(args, plugins);
