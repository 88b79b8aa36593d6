using TorchSharp.Modules;

namespace TorchSharp;

public static partial class torch
{
    public static partial class optim
    {
        public interface ILearningRateController
        {
            double LearningRate { get; set; }

            double InitialLearningRate { get; set; }
        }

        public interface IMomentum
        {
            double Momentum { get; set; }
        }

        public interface IBetas
        {
            (double, double) Betas { get; set; }
        }

        public abstract class Optimizer : IDisposable
        {
            private protected Optimizer()
            {
            }

            public virtual IEnumerable<ILearningRateController> ParamGroups => Groups;

            private protected List<ParamGroup> Groups { get; } = [];

            public virtual IEnumerable<Parameter> parameters() => Groups.SelectMany(g => g.Parameters);

            /// <summary>Adds a group of parameters with options of its own.</summary>
            public virtual void add_param_group(ParamGroup param_group) => Groups.Add(param_group);

            /// <summary>Lets go of all gradients: the next backward pass stores instead of adding.</summary>
            public virtual void zero_grad()
            {
                foreach (var group in Groups)
                    group.Fused.ClearGradients();
            }

            /// <summary>One step along the gradients; with a closure, after it has computed loss and gradients anew.</summary>
            public virtual Tensor step(Func<Tensor> closure = null!)
            {
                Tensor? loss = null;
                if (closure is not null)
                {
                    using var on = enable_grad();
                    loss = closure();
                }
                using var off = no_grad();
                foreach (var group in Groups)
                    Step(group);
                return loss!;
            }

            public void Dispose()
            {
                Dispose(true);
                GC.SuppressFinalize(this);
            }

            protected virtual void Dispose(bool disposing)
            {
                if (!disposing)
                    return;
                foreach (var group in Groups)
                    group.Fused.Dispose();
            }

            private protected abstract void Step(ParamGroup group);
        }
    }
}
