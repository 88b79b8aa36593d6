using TorchSharp.Native;

namespace TorchSharp;

public static partial class torch
{
    public static partial class nn
    {
        public static partial class functional
        {
            public static Tensor linear(Tensor input, Tensor weights, Tensor? bias = null) => Op.Call(Ops.Linear, [input, weights, bias]);

            public static Tensor relu(Tensor x, bool inplace = false) => inplace ? x.relu_().alias() : x.relu();

            public static Tensor gelu(Tensor x) => x.gelu();

            public static Tensor silu(Tensor x, bool inplace = false) => Op.Call(Ops.Silu, [x]);

            public static Tensor tanh(Tensor x, bool inplace = false) => x.tanh();

            public static Tensor sigmoid(Tensor x) => x.sigmoid();

            public static Tensor leaky_relu(Tensor input, double negative_slope = 0.01, bool inplace = false) => Op.Call(Ops.LeakyRelu, [input, negative_slope]);

            public static Tensor softmax(Tensor input, long dim, ScalarType? dtype = null) => input.softmax(dim, dtype);

            public static Tensor log_softmax(Tensor x, long dim) => x.log_softmax(dim);

            public static Tensor one_hot(Tensor x, long num_classes = -1) => Op.Call(Ops.OneHot, [x, num_classes]);

            public static Tensor normalize(Tensor input, double p = 2, long dim = 1, double eps = 1e-12)
            {
                using var norm = Op.Call(Ops.NormDim, [input, p, (long[])[dim], true]);
                using var safe = norm.clamp(min: eps);
                return input / safe;
            }
        }
    }
}
