using TorchSharp.Modules;
using TorchSharp.Native;

namespace TorchSharp
{
    public static partial class torch
    {
        public static partial class optim
        {
            public static SGD SGD(IEnumerable<Parameter> parameters, double learningRate, double momentum = 0, double dampening = 0, double weight_decay = 0, bool nesterov = false, bool maximize = false) =>
                new(parameters, learningRate, momentum, dampening, weight_decay, nesterov, maximize);

            public static SGD SGD(IEnumerable<(string name, Parameter parameter)> parameters, double learningRate, double momentum = 0, double dampening = 0, double weight_decay = 0, bool nesterov = false, bool maximize = false) =>
                new(parameters.Select(p => p.parameter), learningRate, momentum, dampening, weight_decay, nesterov, maximize);

            public static SGD SGD(IEnumerable<SGD.ParamGroup> parameters, double learningRate, double momentum = 0, double dampening = 0, double weight_decay = 0, bool nesterov = false, bool maximize = false) =>
                new(parameters, learningRate, momentum, dampening, weight_decay, nesterov, maximize);
        }
    }
}

namespace TorchSharp.Modules
{
    /// <summary>Stochastic gradient descent with momentum.</summary>
    public class SGD : OptimizerHelper, torch.optim.IMomentum
    {
        private readonly Options _defaults;

        public SGD(IEnumerable<Parameter> parameters, double lr, double momentum = 0, double dampening = 0, double weight_decay = 0, bool nesterov = false, bool maximize = false)
            : this([new ParamGroup(parameters, new Options())], lr, momentum, dampening, weight_decay, nesterov, maximize)
        {
        }

        public SGD(IEnumerable<ParamGroup> parameters, double lr, double momentum = 0, double dampening = 0, double weight_decay = 0, bool nesterov = false, bool maximize = false)
        {
            if (nesterov && (momentum <= 0 || dampening != 0))
                throw new ArgumentException("Nesterov's momentum needs a momentum and no dampening");
            _defaults = new Options
            {
                LearningRate = lr, momentum = momentum, dampening = dampening, weight_decay = weight_decay, nesterov = nesterov, maximize = maximize,
            };
            foreach (var group in parameters)
                add_param_group(group);
        }

        public double Momentum
        {
            get => Groups.Select(g => ((Options)g.Options).momentum).First() ?? 0;
            set => Groups.ForEach(g => ((Options)g.Options).momentum = value);
        }

        public override void add_param_group(Modules.ParamGroup param_group)
        {
            var options = (Options)param_group.Options;
            options.LearningRate ??= _defaults.LearningRate;
            options.momentum ??= _defaults.momentum;
            options.dampening ??= _defaults.dampening;
            options.weight_decay ??= _defaults.weight_decay;
            options.nesterov ??= _defaults.nesterov;
            options.maximize ??= _defaults.maximize;
            options.InitialLearningRate = param_group.LearningRate;
            base.add_param_group(param_group);
        }

        public override torch.Tensor step(Func<torch.Tensor> closure = null!) => base.step(closure);

        private protected override void Step(Modules.ParamGroup group)
        {
            var options = (Options)group.Options;
            var momentum = options.momentum!.Value;
            foreach (var before in group.Fused.Batches(states: momentum == 0 ? 0 : 1))
            {
                using var direction = new FusedDirection(group.Fused);
                if (options.maximize!.Value)
                    direction.Negate();
                if (options.weight_decay!.Value != 0)
                    direction.Add(group.Fused.Trained, options.weight_decay.Value);
                var step = momentum == 0 ? direction.Current : Accelerate(group.Fused.State[0], direction, options, first: before == 0);
                Op.Run(Ops.EachAdd, [group.Fused.Trained, step, -group.LearningRate]);
            }
        }

        private static HandleList Accelerate(HandleList velocity, FusedDirection direction, Options options, bool first)
        {
            // The first velocity is the gradient itself, without dampening.
            Op.Run(Ops.EachMulScalar, [velocity, options.momentum!.Value]);
            Op.Run(Ops.EachAdd, [velocity, direction.Current, first ? 1.0 : 1 - options.dampening!.Value]);
            if (!options.nesterov!.Value)
                return velocity;
            direction.Add(velocity, options.momentum.Value);
            return direction.Current;
        }

        public class Options : OptimizerOptions
        {
            public double? momentum;
            public double? dampening;
            public double? weight_decay;
            public bool? nesterov;
            public bool? maximize;
        }

        public class ParamGroup : ParamGroup<Options>, torch.optim.IMomentum
        {
            public ParamGroup()
            {
            }

            public ParamGroup(IEnumerable<Parameter> parameters, Options options)
                : base(parameters, options)
            {
            }

            public ParamGroup(IEnumerable<Parameter> parameters, double lr = 0.001, double momentum = 0, double dampening = 0, double weight_decay = 0, bool nesterov = false, bool maximize = false)
                : base(parameters, new Options { LearningRate = lr, momentum = momentum, dampening = dampening, weight_decay = weight_decay, nesterov = nesterov, maximize = maximize })
            {
            }

            public double Momentum
            {
                get => Options.momentum ?? 0;
                set => Options.momentum = value;
            }
        }
    }
}
