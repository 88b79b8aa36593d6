using TorchSharp.Native;

namespace TorchSharp;

public static partial class torch
{
    public partial class Tensor
    {
        public Tensor add(Tensor target) => Op.Call(Ops.Add, [this, target]);
        public Tensor add(Tensor target, Scalar alpha) => Op.Call(Ops.Add, [this, target, alpha]);
        public Tensor add(Scalar scalar) => Op.Call(Ops.AddScalar, [this, scalar]);
        public Tensor add_(Tensor target) => Op.RunOn(this, Ops.AddTo, [this, target]);
        public Tensor add_(Tensor target, Scalar alpha) => Op.RunOn(this, Ops.AddTo, [this, target, alpha]);
        public Tensor add_(Scalar scalar) => Op.RunOn(this, Ops.AddScalarTo, [this, scalar]);
        public Tensor sub(Tensor target) => Op.Call(Ops.Sub, [this, target]);
        public Tensor sub(Scalar target) => Op.Call(Ops.SubScalar, [this, target]);
        public Tensor sub_(Tensor target) => Op.RunOn(this, Ops.SubTo, [this, target]);
        public Tensor sub_(Scalar target) => Op.RunOn(this, Ops.SubScalarTo, [this, target]);
        public Tensor mul(Tensor target) => Op.Call(Ops.Mul, [this, target]);
        public Tensor mul(Scalar target) => Op.Call(Ops.MulScalar, [this, target]);
        public Tensor mul_(Tensor target) => Op.RunOn(this, Ops.MulTo, [this, target]);
        public Tensor mul_(Scalar target) => Op.RunOn(this, Ops.MulScalarTo, [this, target]);

        public Tensor div(Tensor target, RoundingMode rounding_mode = RoundingMode.None) =>
            rounding_mode == RoundingMode.None ? Op.Call(Ops.Div, [this, target]) : Op.Call(Ops.DivMode, [this, target, rounding_mode.ToString()]);

        public Tensor div(Scalar target, RoundingMode rounding_mode = RoundingMode.None) =>
            rounding_mode == RoundingMode.None ? Op.Call(Ops.DivScalar, [this, target]) : Op.Call(Ops.DivScalarMode, [this, target, rounding_mode.ToString()]);

        public Tensor div_(Tensor target, RoundingMode rounding_mode = RoundingMode.None) => rounding_mode == RoundingMode.None
            ? Op.RunOn(this, Ops.DivTo, [this, target])
            : Op.RunOn(this, Ops.DivModeTo, [this, target, rounding_mode.ToString()]);

        public Tensor div_(Scalar target, RoundingMode rounding_mode = RoundingMode.None) => rounding_mode == RoundingMode.None
            ? Op.RunOn(this, Ops.DivScalarTo, [this, target])
            : Op.RunOn(this, Ops.DivScalarModeTo, [this, target, rounding_mode.ToString()]);

        public Tensor pow(Tensor exponent) => Op.Call(Ops.Pow, [this, exponent]);
        public Tensor pow(Scalar exponent) => Op.Call(Ops.PowScalar, [this, exponent]);
        public Tensor neg() => Op.Call(Ops.Neg, [this]);
        public Tensor abs() => Op.Call(Ops.Abs, [this]);
        public Tensor exp() => Op.Call(Ops.Exp, [this]);
        public Tensor log() => Op.Call(Ops.Log, [this]);
        public Tensor log1p() => Op.Call(Ops.Log1p, [this]);
        public Tensor erf() => Op.Call(Ops.Erf, [this]);
        public Tensor sqrt() => Op.Call(Ops.Sqrt, [this]);
        public Tensor rsqrt() => Op.Call(Ops.Rsqrt, [this]);
        public Tensor square() => Op.Call(Ops.Square, [this]);
        public Tensor reciprocal() => Op.Call(Ops.Reciprocal, [this]);
        public Tensor sign() => Op.Call(Ops.Sign, [this]);
        public Tensor sin() => Op.Call(Ops.Sin, [this]);
        public Tensor cos() => Op.Call(Ops.Cos, [this]);
        public Tensor floor() => Op.Call(Ops.Floor, [this]);
        public Tensor clamp(Scalar? min = null, Scalar? max = null) => Op.Call(Ops.Clamp, [this, min, max]);
        public Tensor clamp_(Scalar? min = null, Scalar? max = null) => Op.RunOn(this, Ops.ClampTo, [this, min, max]);
        public Tensor addcmul_(Tensor tensor1, Tensor tensor2, Scalar value) => Op.RunOn(this, Ops.Addcmul, [this, tensor1, tensor2, value]);
        public Tensor addcdiv_(Tensor tensor1, Tensor tensor2, Scalar value) => Op.RunOn(this, Ops.Addcdiv, [this, tensor1, tensor2, value]);
        public Tensor lerp_(Tensor end, Tensor weight) => Op.RunOn(this, Ops.Lerp, [this, end, weight]);
        public Tensor maximum(Tensor other) => Op.Call(Ops.Maximum, [this, other]);
        public Tensor minimum(Tensor other) => Op.Call(Ops.Minimum, [this, other]);

        public Tensor eq(Tensor target) => Op.Call(Ops.Eq, [this, target]);
        public Tensor eq(Scalar target) => Op.Call(Ops.EqScalar, [this, target]);
        public Tensor ne(Tensor target) => Op.Call(Ops.Ne, [this, target]);
        public Tensor ne(Scalar target) => Op.Call(Ops.NeScalar, [this, target]);
        public Tensor lt(Tensor target) => Op.Call(Ops.Lt, [this, target]);
        public Tensor lt(Scalar target) => Op.Call(Ops.LtScalar, [this, target]);
        public Tensor le(Tensor target) => Op.Call(Ops.Le, [this, target]);
        public Tensor le(Scalar target) => Op.Call(Ops.LeScalar, [this, target]);
        public Tensor gt(Tensor target) => Op.Call(Ops.Gt, [this, target]);
        public Tensor gt(Scalar target) => Op.Call(Ops.GtScalar, [this, target]);
        public Tensor ge(Tensor target) => Op.Call(Ops.Ge, [this, target]);
        public Tensor ge(Scalar target) => Op.Call(Ops.GeScalar, [this, target]);
        public Tensor isnan() => Op.Call(Ops.IsNan, [this]);
        public Tensor isfinite() => Op.Call(Ops.IsFinite, [this]);

        public Tensor equal(Tensor target) => tensor(Op.Test(Ops.Equal, [this, target]));

        public bool allclose(Tensor target, double rtol = 1e-05, double atol = 1e-08, bool equal_nan = false) =>
            Op.Test(Ops.AllClose, [this, target, rtol, atol, equal_nan]);

        public Tensor where(Tensor condition, Tensor y) => Op.Call(Ops.Where, [condition, this, y]);

        public Tensor matmul(Tensor target) => Op.Call(Ops.Matmul, [this, target]);
        public Tensor mm(Tensor target) => Op.Call(Ops.Mm, [this, target]);
        public Tensor bmm(Tensor batch2) => Op.Call(Ops.Bmm, [this, batch2]);
        public Tensor dot(Tensor target) => Op.Call(Ops.Dot, [this, target]);
        public Tensor addmm(Tensor mat1, Tensor mat2, float beta = 1, float alpha = 1) => Op.Call(Ops.Addmm, [this, mat1, mat2, beta, alpha]);

        public Tensor relu() => Op.Call(Ops.Relu, [this]);
        public Tensor relu_() => Op.RunOn(this, Ops.ReluIn, [this]);
        public Tensor sigmoid() => Op.Call(Ops.Sigmoid, [this]);
        public Tensor tanh() => Op.Call(Ops.Tanh, [this]);
        public Tensor gelu() => Op.Call(Ops.Gelu, [this]);
        public Tensor softmax(long dim, ScalarType? dtype = null) => Op.Call(Ops.Softmax, [this, dim, dtype]);
        public Tensor log_softmax(long dim, ScalarType? dtype = null) => Op.Call(Ops.LogSoftmax, [this, dim, dtype]);
        public Tensor logsumexp(long dim, bool keepdim = false) => Op.Call(Ops.LogSumExp, [this, (long[])[dim], keepdim]);
    }

    public enum RoundingMode
    {
        None = 0,
        trunc = 1,
        floor = 2,
    }
}
