using TorchSharp.Modules;
using TorchSharp.Native;

namespace TorchSharp
{
    public static partial class torch
    {
        public static partial class nn
        {
            public static MultiheadAttention MultiheadAttention(long embedded_dim, long num_heads, double dropout = 0, bool bias = true, bool add_bias_kv = false, bool add_zero_attn = false, long? kdim = null, long? vdim = null)
            {
                if (add_bias_kv || add_zero_attn || (kdim ?? embedded_dim) != embedded_dim || (vdim ?? embedded_dim) != embedded_dim)
                    throw new NotSupportedException("add_bias_kv, add_zero_attn, kdim and vdim are not supported");
                return new(embedded_dim, num_heads, dropout, bias);
            }

            public static partial class functional
            {
                /// <summary>softmax(q k^T / sqrt E + mask) v. A boolean mask is true where attention is allowed.</summary>
                public static Tensor scaled_dot_product_attention(Tensor query, Tensor key, Tensor value, Tensor? attn_mask = null, double p = 0, bool is_casual = false)
                {
                    if (Ops.Attention != 0)
                        return Op.Call(Ops.Attention, [query, key, value, attn_mask, p, is_casual]);
                    // libtorch 1.13: another name, a second result, boolean masks only.
                    if (attn_mask is not null && attn_mask.dtype != ScalarType.Bool)
                        return Attend(query, key, value, attn_mask, p);
                    var (output, weights) = Op.Call2(Ops.Attention113, [query, key, value, attn_mask, p, false, is_casual]);
                    weights.Dispose();
                    return output;
                }

                private static Tensor Attend(Tensor query, Tensor key, Tensor value, Tensor mask, double p)
                {
                    using var scope = NewDisposeScope();
                    var scores = (query / Math.Sqrt(query.size(-1))).matmul(key.transpose(-2, -1)) + mask;
                    return dropout(scores.softmax(-1), p, p > 0).matmul(value).MoveToOuterDisposeScope();
                }
            }
        }
    }
}

namespace TorchSharp.Modules
{
    /// <summary>Attention with several heads over [length, batch, embedding], with python's parameter names and draws.</summary>
    public sealed class MultiheadAttention : torch.nn.Module<torch.Tensor, torch.Tensor, torch.Tensor, torch.Tensor, bool, torch.Tensor, Tuple<torch.Tensor, torch.Tensor>>
    {
        private readonly long _embedding;
        private readonly long _heads;
        private readonly double _dropout;
        private readonly Linear _out;
        private readonly Parameter _weight;
        private readonly Parameter? _bias;

        internal MultiheadAttention(long embedding, long heads, double dropout, bool bias)
            : base(nameof(MultiheadAttention))
        {
            if (heads < 1 || embedding % heads != 0)
                throw new ArgumentException($"{heads} heads do not divide an embedding of {embedding}");
            (_embedding, _heads, _dropout) = (embedding, heads, dropout);
            register_parameter("in_proj_weight", _weight = Initial.Uninitialised([3 * embedding, embedding], null, null));
            if (bias)
                register_parameter("in_proj_bias", _bias = Initial.Filled([3 * embedding], 0, null, null));
            register_module("out_proj", _out = torch.nn.Linear(embedding, embedding, bias));
            torch.nn.init.xavier_uniform_(_weight);
            if (_out.bias is { } offset)
                torch.nn.init.zeros_(offset);
        }

        public new Tuple<torch.Tensor, torch.Tensor> call(torch.Tensor query, torch.Tensor key, torch.Tensor value, torch.Tensor? key_padding_mask = null, bool need_weights = true, torch.Tensor? attn_mask = null) =>
            base.call(query, key, value, key_padding_mask!, need_weights, attn_mask!);

        public override Tuple<torch.Tensor, torch.Tensor> forward(torch.Tensor query, torch.Tensor key, torch.Tensor value, torch.Tensor? key_padding_mask, bool need_weights, torch.Tensor? attn_mask)
        {
            using var scope = torch.NewDisposeScope();
            var (target, batch, source) = (query.size(0), query.size(1), key.size(0));
            var (q, k, v) = Project(query, key, value);
            var scores = (Split(q, target, batch) / Math.Sqrt(_embedding / _heads)).bmm(Split(k, source, batch).transpose(-2, -1));
            if (Mask(key_padding_mask, attn_mask, batch, source, query.dtype) is { } mask)
                scores += mask;
            var weights = scores.softmax(-1);
            if (training && _dropout > 0)
                weights = torch.nn.functional.dropout(weights, _dropout);
            var joined = weights.bmm(Split(v, source, batch)).transpose(0, 1).contiguous().view(target * batch, _embedding);
            var output = _out.call(joined).view(target, batch, _embedding).MoveToOuterDisposeScope();
            var mean = need_weights ? weights.view(batch, _heads, target, source).mean([1]).MoveToOuterDisposeScope() : null;
            return new(output, mean!);
        }

        // Self-attention is one multiplication; otherwise each input has its third of the weight.
        private (torch.Tensor, torch.Tensor, torch.Tensor) Project(torch.Tensor query, torch.Tensor key, torch.Tensor value)
        {
            if (ReferenceEquals(query, key) && ReferenceEquals(key, value))
            {
                var all = torch.nn.functional.linear(query, _weight, _bias).chunk(3, -1);
                return (all[0], all[1], all[2]);
            }
            var weights = _weight.chunk(3);
            var biases = _bias?.chunk(3);
            return (
                torch.nn.functional.linear(query, weights[0], biases?[0]),
                torch.nn.functional.linear(key, weights[1], biases?[1]),
                torch.nn.functional.linear(value, weights[2], biases?[2]));
        }

        private torch.Tensor Split(torch.Tensor x, long length, long batch) =>
            x.contiguous().view(length, batch * _heads, _embedding / _heads).transpose(0, 1);

        // Boolean masks are true where attention is not allowed, unlike those of scaled_dot_product_attention.
        private torch.Tensor? Mask(torch.Tensor? padding, torch.Tensor? attention, long batch, long source, torch.ScalarType type)
        {
            var mask = Additive(attention, type);
            if (padding is null)
                return mask;
            var rows = Additive(padding, type)!.view(batch, 1, 1, source).expand(-1, _heads, -1, -1).reshape(batch * _heads, 1, source);
            return mask is null ? rows : mask + rows;
        }

        private static torch.Tensor? Additive(torch.Tensor? mask, torch.ScalarType type) => mask is null || mask.dtype != torch.ScalarType.Bool
            ? mask
            : torch.zeros_like(mask, type).masked_fill(mask, double.NegativeInfinity);
    }
}
