using TorchSharp.Modules;
using Layer = TorchSharp.torch.nn.Module<TorchSharp.torch.Tensor, TorchSharp.torch.Tensor>;

namespace TorchSharp
{
    public static partial class torch
    {
        public static partial class nn
        {
            public static Sequential Sequential() => new(Array.Empty<Layer>());

            public static Sequential Sequential(params Layer[] modules) => new(modules);

            public static Sequential Sequential(IEnumerable<Layer> modules) => new(modules.ToArray());

            public static Sequential Sequential(params (string name, Layer submodule)[] modules) => new(modules);

            public static Sequential Sequential(IEnumerable<(string name, Layer submodule)> modules) => new(modules.ToArray());
        }
    }
}

namespace TorchSharp.Modules
{
    /// <summary>Layers one after the other.</summary>
    public class Sequential : torch.nn.Module<torch.Tensor, torch.Tensor>
    {
        private readonly List<torch.nn.IModule<torch.Tensor, torch.Tensor>> _layers = [];

        protected internal Sequential(params (string name, Layer submodule)[] modules)
            : base(nameof(Sequential))
        {
            foreach (var (name, module) in modules)
                append(name, module);
        }

        protected internal Sequential(params Layer[] modules)
            : base(nameof(Sequential))
        {
            foreach (var module in modules)
                append(module);
        }

        public int Count => _layers.Count;

        public Sequential append(torch.nn.IModule<torch.Tensor, torch.Tensor> module) =>
            append(_layers.Count.ToString(System.Globalization.CultureInfo.InvariantCulture), module);

        public Sequential append(string name, torch.nn.IModule<torch.Tensor, torch.Tensor> module)
        {
            register_module(name, (torch.nn.Module)module);
            _layers.Add(module);
            return this;
        }

        /// <summary>Lets go of every layer's output as soon as the next layer has read it: what backward needs, the graph holds.</summary>
        public override torch.Tensor forward(torch.Tensor tensor)
        {
            if (_layers.Count == 0)
                return tensor.alias();
            var current = tensor;
            foreach (var layer in _layers)
            {
                var next = layer.call(current);
                if (!ReferenceEquals(current, tensor) && !ReferenceEquals(current, next))
                    current.Dispose();
                current = next;
            }
            return current;
        }
    }
}
