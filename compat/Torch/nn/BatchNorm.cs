using TorchSharp.Modules;
using TorchSharp.Native;

namespace TorchSharp
{
    public static partial class torch
    {
        public static partial class nn
        {
            public static BatchNorm1d BatchNorm1d(long num_features, double eps = 1e-05, double momentum = 0.1, bool affine = true, bool track_running_stats = true, Device? device = null, ScalarType? dtype = null) =>
                new(num_features, eps, momentum, affine, track_running_stats, device, dtype);

            public static BatchNorm2d BatchNorm2d(long num_features, double eps = 1e-05, double momentum = 0.1, bool affine = true, bool track_running_stats = true, Device? device = null, ScalarType? dtype = null) =>
                new(num_features, eps, momentum, affine, track_running_stats, device, dtype);

            public static partial class functional
            {
                public static Tensor batch_norm(Tensor input, Tensor? running_mean, Tensor? running_var, Tensor? weight = null, Tensor? bias = null, bool training = false, double momentum = 0.1, double eps = 1e-05) =>
                    Op.Call(Ops.BatchNorm, [input, weight, bias, running_mean, running_var, training, momentum, eps, true]);
            }
        }
    }
}

namespace TorchSharp.Modules
{
    public abstract class BatchNorm : NormBase
    {
        public BatchNorm(long num_features, double eps, double momentum, bool affine, bool track_running_stats, torch.Device? device, torch.ScalarType? dtype, string name)
            : base(num_features, eps, momentum, affine, track_running_stats, device, dtype, name)
        {
        }

        public override torch.Tensor forward(torch.Tensor input)
        {
            ValidateInputDimensions(input);
            // Without running statistics, evaluation uses the batch's own as well.
            var ofBatch = training || running_mean is null;
            if (training)
                num_batches_tracked?.add_(1);
            return torch.nn.functional.batch_norm(input, running_mean, running_var, weight, bias, ofBatch, Factor(), eps);
        }

        // No momentum stands for the plain mean over all batches so far.
        private double Factor() => momentum ?? (training && num_batches_tracked is { } batches ? 1.0 / batches.ToInt64() : 0);
    }

    public sealed class BatchNorm1d : BatchNorm
    {
        internal BatchNorm1d(long features, double eps, double momentum, bool affine, bool track, torch.Device? device, torch.ScalarType? dtype)
            : base(features, eps, momentum, affine, track, device, dtype, nameof(BatchNorm1d))
        {
        }

        protected override void ValidateInputDimensions(torch.Tensor input)
        {
            if (input.ndim is not (2 or 3))
                throw new ArgumentException($"BatchNorm1d needs 2 or 3 dimensions, got {input.ndim}");
        }
    }

    public sealed class BatchNorm2d : BatchNorm
    {
        internal BatchNorm2d(long features, double eps, double momentum, bool affine, bool track, torch.Device? device, torch.ScalarType? dtype)
            : base(features, eps, momentum, affine, track, device, dtype, nameof(BatchNorm2d))
        {
        }

        protected override void ValidateInputDimensions(torch.Tensor input)
        {
            if (input.ndim != 4)
                throw new ArgumentException($"BatchNorm2d needs 4 dimensions, got {input.ndim}");
        }
    }
}
