using TorchSharp.Modules;
using TorchSharp.Native;

namespace TorchSharp
{
    public static partial class torch
    {
        public static partial class nn
        {
            public static Embedding Embedding(long num_embeddings, long embedding_dims, long? padding_idx = null, double? max_norm = null, double norm_type = 2, bool scale_grad_by_freq = false, bool sparse = false, Device? device = null, ScalarType? dtype = null) =>
                new(num_embeddings, embedding_dims, padding_idx, max_norm, scale_grad_by_freq, sparse, device, dtype);
        }
    }
}

namespace TorchSharp.Modules
{
    /// <summary>A table of vectors, looked up by index.</summary>
    public sealed class Embedding : torch.nn.Module<torch.Tensor, torch.Tensor>
    {
        private readonly long _padding;
        private readonly bool _byFrequency;
        private readonly bool _sparse;
        private Parameter? _table;

        internal Embedding(long count, long size, long? padding, double? maxNorm, bool byFrequency, bool sparse, torch.Device? device, torch.ScalarType? dtype)
            : base(nameof(Embedding))
        {
            if (maxNorm is not null)
                throw new NotSupportedException("max_norm is not supported");
            (_padding, _byFrequency, _sparse) = (padding is < 0 ? padding.Value + count : padding ?? -1, byFrequency, sparse);
            register_parameter(nameof(weight), _table = Initial.Uninitialised([count, size], device, dtype));
            torch.nn.init.normal_(_table);
            if (_padding < 0)
                return;
            using var off = torch.no_grad();
            using var row = _table.select(0, _padding);
            row.zero_();
        }

        public Parameter? weight
        {
            get => _table;
            set => ConditionallyRegisterParameter(nameof(weight), _table = value);
        }

        public override torch.Tensor forward(torch.Tensor input) => Op.Call(Ops.Embedding, [_table, input, _padding, _byFrequency, _sparse]);
    }
}
