using TorchSharp.Native;

namespace TorchSharp;

public static partial class torch
{
    public partial class Tensor
    {
        public Tensor view(params long[] shape) => Op.Call(Ops.View, [this, shape]);
        public Tensor reshape(params long[] shape) => Op.Call(Ops.Reshape, [this, shape]);
        public Tensor flatten(long start_dim = 0, long end_dim = -1) => Op.Call(Ops.Flatten, [this, start_dim, end_dim]);
        public Tensor permute(params long[] permutation) => Op.Call(Ops.Permute, [this, permutation]);
        public Tensor transpose(long dim0, long dim1) => Op.Call(Ops.Transpose, [this, dim0, dim1]);
        public Tensor t() => Op.Call(Ops.T, [this]);
        public Tensor expand(params long[] sizes) => Op.Call(Ops.Expand, [this, sizes]);
        public Tensor expand_as(Tensor other) => expand(other.shape);
        public Tensor repeat(params long[] sizes) => Op.Call(Ops.Repeat, [this, sizes]);
        public Tensor squeeze(long? dim = null) => dim is { } d ? Op.Call(Ops.SqueezeDim, [this, d]) : Op.Call(Ops.Squeeze, [this]);
        public Tensor unsqueeze(long dim) => Op.Call(Ops.Unsqueeze, [this, dim]);
        public Tensor contiguous() => Op.Call(Ops.Contiguous, [this]);
        public Tensor view_as(Tensor other) => view(other.shape);
        public Tensor narrow(long dim, long start, long length) => Op.Call(Ops.Narrow, [this, dim, start, length]);
        public Tensor select(long dim, long index) => Op.Call(Ops.Select, [this, dim, index]);
        public Tensor slice(long dim, long start, long finish, long step) => Op.Call(Ops.Slice, [this, dim, start, finish, step]);
        public Tensor index_select(long dim, Tensor index) => Op.Call(Ops.IndexSelect, [this, dim, index]);
        public Tensor gather(long dim, Tensor index) => Op.Call(Ops.Gather, [this, dim, index]);
        public Tensor scatter(long dim, Tensor index, Tensor src) => Op.Call(Ops.Scatter, [this, dim, index, src]);
        public Tensor scatter_add(long dim, Tensor index, Tensor src) => Op.Call(Ops.ScatterAdd, [this, dim, index, src]);
        public Tensor scatter_add_(long dim, Tensor index, Tensor src) => Op.RunOn(this, Ops.ScatterAddTo, [this, dim, index, src]);
        public Tensor index_add_(long dim, Tensor index, Tensor source, Scalar alpha) => Op.RunOn(this, Ops.IndexAdd, [this, dim, index, source, alpha]);
        public Tensor masked_fill(Tensor mask, Scalar value) => Op.Call(Ops.MaskedFill, [this, mask, value]);
        public Tensor masked_select(Tensor mask) => Op.Call(Ops.MaskedSelect, [this, mask]);
        public Tensor tril(long diagonal = 0) => Op.Call(Ops.Tril, [this, diagonal]);
        public Tensor triu(long diagonal = 0) => Op.Call(Ops.Triu, [this, diagonal]);
        public Tensor flip(params long[] dims) => Op.Call(Ops.Flip, [this, dims]);
        public Tensor roll(long[] shifts, long[] dims) => Op.Call(Ops.Roll, [this, shifts, dims]);
        public Tensor[] unbind(long dimension = 0) => Op.CallMany(Ops.Unbind, [this, dimension]);
        public Tensor[] chunk(long chunks, long dim = 0) => Op.CallMany(Ops.Chunk, [this, chunks, dim]);
        public Tensor[] split(long size, int dim = 0) => Op.CallMany(Ops.Split, [this, size, dim]);
        public Tensor[] split(long[] sizes, long dim = 0) => Op.CallMany(Ops.SplitSizes, [this, sizes, dim]);
    }
}
