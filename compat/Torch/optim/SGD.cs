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
            var fused = group.Fused;
            if (!fused.Collect(momentum == 0 ? 0 : 1))
                return;
            var (gradient, owned) = Direction(fused, options);
            try
            {
                if (momentum != 0)
                    gradient = Accelerated(fused, options, gradient, owned);
                Op.Run(Ops.EachAdd, [fused.Trained, gradient, -group.LearningRate]);
            }
            finally
            {
                owned.Dispose();
                fused.Done();
            }
        }

        /// <summary>The gradients, or new ones with the sign turned and the weight decay in: the tensors' own are not changed.</summary>
        private static (HandleList Used, HandleList Owned) Direction(FusedGroup fused, Options options)
        {
            var owned = new HandleList(owns: true);
            var gradient = fused.Gradients;
            if (options.maximize!.Value)
            {
                Op.CallInto(owned, Ops.EachNeg, [gradient]);
                gradient = owned;
            }
            if (options.weight_decay is not { } decay || decay == 0)
                return (gradient, owned);
            if (ReferenceEquals(gradient, owned))
                Op.Run(Ops.EachAdd, [owned, fused.Trained, decay]);
            else
                Op.CallInto(owned, Ops.EachAddNew, [gradient, fused.Trained, decay]);
            return (owned, owned);
        }

        private static HandleList Accelerated(FusedGroup fused, Options options, HandleList gradient, HandleList owned)
        {
            var momentum = options.momentum!.Value;
            var velocity = fused.State[0];
            fused.Advance(out var first);
            // The first velocity is the gradient itself, without dampening.
            Op.Run(Ops.EachMulScalar, [velocity, momentum]);
            Op.Run(Ops.EachAdd, [velocity, gradient, first ? 1 : 1 - options.dampening!.Value]);
            if (!options.nesterov!.Value)
                return velocity;
            if (ReferenceEquals(gradient, owned))
            {
                Op.Run(Ops.EachAdd, [owned, velocity, momentum]);
                return owned;
            }
            Op.CallInto(owned, Ops.EachAddNew, [gradient, velocity, momentum]);
            return owned;
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
