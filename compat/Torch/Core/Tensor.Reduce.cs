using TorchSharp.Native;

namespace TorchSharp;

public static partial class torch
{
    public partial class Tensor
    {
        public Tensor sum(ScalarType? type = null) => Op.Call(Ops.Sum, [this, type]);
        public Tensor sum(long dim, bool keepdim = false, ScalarType? type = null) => Op.Call(Ops.SumDim, [this, (long[])[dim], keepdim, type]);
        public Tensor sum(long[] dim, bool keepdim = false, ScalarType? type = null) => Op.Call(Ops.SumDim, [this, dim, keepdim, type]);
        public Tensor sum(ReadOnlySpan<long> dim, bool keepdim = false, ScalarType? type = null) => sum(dim.ToArray(), keepdim, type);
        public Tensor mean() => Op.Call(Ops.Mean, [this]);
        public Tensor mean(long[] dimensions, bool keepdim = false, ScalarType? type = null) => Op.Call(Ops.MeanDim, [this, dimensions, keepdim, type]);
        public Tensor prod(ScalarType? type = null) => Op.Call(Ops.Prod, [this, type]);
        public Tensor max() => Op.Call(Ops.Max, [this]);
        public Tensor max(Tensor other) => maximum(other);
        public (Tensor values, Tensor indexes) max(long dim, bool keepdim = false) => Op.Call2(Ops.MaxDim, [this, dim, keepdim]);
        public Tensor min() => Op.Call(Ops.Min, [this]);
        public Tensor min(Tensor other) => minimum(other);
        public (Tensor values, Tensor indexes) min(long dim, bool keepdim = false) => Op.Call2(Ops.MinDim, [this, dim, keepdim]);
        public Tensor argmax() => Op.Call(Ops.Argmax, [this]);
        public Tensor argmax(long dim, bool keepdim = false) => Op.Call(Ops.Argmax, [this, dim, keepdim]);
        public Tensor argmin() => Op.Call(Ops.Argmin, [this]);
        public Tensor argmin(long dim, bool keepdim = false) => Op.Call(Ops.Argmin, [this, dim, keepdim]);
        public Tensor argsort(long dim = -1, bool descending = false) => Op.Call(Ops.Argsort, [this, dim, descending]);

        public (Tensor Values, Tensor Indices) sort(long dim = -1, bool descending = false, bool stable = false) =>
            Op.Call2(Ops.Sort, [this, stable, dim, descending]);

        public (Tensor values, Tensor indexes) topk(int k, int dim = -1, bool largest = true, bool sorted = true) =>
            Op.Call2(Ops.TopK, [this, k, dim, largest, sorted]);

        public Tensor norm(float p = 2) => Op.Call(Ops.Norm, [this, p]);
        public Tensor norm(int dim, bool keepdim = false, float p = 2) => Op.Call(Ops.NormDim, [this, p, (long[])[dim], keepdim]);
        public Tensor std(bool unbiased = true) => Op.Call(Ops.Std, [this, unbiased]);
        public Tensor std(long dim, bool unbiased = true, bool keepdim = false, ScalarType? type = null) => std((long[])[dim], unbiased, keepdim, type);
        public Tensor std(long[] dimensions, bool unbiased = true, bool keepdim = false, ScalarType? type = null) => Op.Call(Ops.StdDim, [this, dimensions, unbiased, keepdim]);
        public Tensor var(bool unbiased = true) => Op.Call(Ops.Var, [this, unbiased]);
        public Tensor var(long dim, bool unbiased = true, bool keepdim = false, ScalarType? type = null) => var((long[])[dim], unbiased, keepdim, type);
        public Tensor var(long[] dimensions, bool unbiased = true, bool keepdim = false, ScalarType? type = null) => Op.Call(Ops.VarDim, [this, dimensions, unbiased, keepdim]);
        public Tensor cumsum(long dim, ScalarType? type = null) => Op.Call(Ops.Cumsum, [this, dim, type]);
        public Tensor all() => Op.Call(Ops.All, [this]);
        public Tensor all(long dim, bool keepdim = false) => Op.Call(Ops.AllDim, [this, dim, keepdim]);
        public Tensor any() => Op.Call(Ops.Any, [this]);
        public Tensor any(long dim, bool keepdim = false) => Op.Call(Ops.AnyDim, [this, dim, keepdim]);
        public Tensor nonzero() => Op.Call(Ops.Nonzero, [this]);
    }
}
