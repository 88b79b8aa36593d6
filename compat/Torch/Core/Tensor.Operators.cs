using TorchSharp.Native;

namespace TorchSharp;

public static partial class torch
{
    /// <summary>
    /// C# operators. TorchSharp's == and != give tensors and are left out on purpose: with them a null check no longer reads as one.
    /// </summary>
    public partial class Tensor
    {
        public static Tensor operator +(Tensor left, Tensor right) => Op.Call(Ops.Add, [left, right]);
        public static Tensor operator +(Tensor left, Scalar right) => Op.Call(Ops.AddScalar, [left, right]);
        public static Tensor operator +(Tensor left, int right) => Op.Call(Ops.AddScalar, [left, right]);
        public static Tensor operator +(Tensor left, long right) => Op.Call(Ops.AddScalar, [left, right]);
        public static Tensor operator +(Tensor left, float right) => Op.Call(Ops.AddScalar, [left, right]);
        public static Tensor operator +(Tensor left, double right) => Op.Call(Ops.AddScalar, [left, right]);
        public static Tensor operator +(Scalar left, Tensor right) => Op.Call(Ops.AddScalar, [right, left]);
        public static Tensor operator +(int left, Tensor right) => Op.Call(Ops.AddScalar, [right, left]);
        public static Tensor operator +(long left, Tensor right) => Op.Call(Ops.AddScalar, [right, left]);
        public static Tensor operator +(float left, Tensor right) => Op.Call(Ops.AddScalar, [right, left]);
        public static Tensor operator +(double left, Tensor right) => Op.Call(Ops.AddScalar, [right, left]);

        public static Tensor operator -(Tensor left, Tensor right) => Op.Call(Ops.Sub, [left, right]);
        public static Tensor operator -(Tensor left, Scalar right) => Op.Call(Ops.SubScalar, [left, right]);
        public static Tensor operator -(Tensor left, int right) => Op.Call(Ops.SubScalar, [left, right]);
        public static Tensor operator -(Tensor left, long right) => Op.Call(Ops.SubScalar, [left, right]);
        public static Tensor operator -(Tensor left, float right) => Op.Call(Ops.SubScalar, [left, right]);
        public static Tensor operator -(Tensor left, double right) => Op.Call(Ops.SubScalar, [left, right]);
        public static Tensor operator -(Scalar left, Tensor right) => Op.Call(Ops.RsubScalar, [right, left]);
        public static Tensor operator -(int left, Tensor right) => Op.Call(Ops.RsubScalar, [right, left]);
        public static Tensor operator -(long left, Tensor right) => Op.Call(Ops.RsubScalar, [right, left]);
        public static Tensor operator -(float left, Tensor right) => Op.Call(Ops.RsubScalar, [right, left]);
        public static Tensor operator -(double left, Tensor right) => Op.Call(Ops.RsubScalar, [right, left]);

        public static Tensor operator *(Tensor left, Tensor right) => Op.Call(Ops.Mul, [left, right]);
        public static Tensor operator *(Tensor left, Scalar right) => Op.Call(Ops.MulScalar, [left, right]);
        public static Tensor operator *(Tensor left, int right) => Op.Call(Ops.MulScalar, [left, right]);
        public static Tensor operator *(Tensor left, long right) => Op.Call(Ops.MulScalar, [left, right]);
        public static Tensor operator *(Tensor left, float right) => Op.Call(Ops.MulScalar, [left, right]);
        public static Tensor operator *(Tensor left, double right) => Op.Call(Ops.MulScalar, [left, right]);
        public static Tensor operator *(Scalar left, Tensor right) => Op.Call(Ops.MulScalar, [right, left]);
        public static Tensor operator *(int left, Tensor right) => Op.Call(Ops.MulScalar, [right, left]);
        public static Tensor operator *(long left, Tensor right) => Op.Call(Ops.MulScalar, [right, left]);
        public static Tensor operator *(float left, Tensor right) => Op.Call(Ops.MulScalar, [right, left]);
        public static Tensor operator *(double left, Tensor right) => Op.Call(Ops.MulScalar, [right, left]);

        public static Tensor operator /(Tensor left, Tensor right) => Op.Call(Ops.Div, [left, right]);
        public static Tensor operator /(Tensor left, Scalar right) => Op.Call(Ops.DivScalar, [left, right]);
        public static Tensor operator /(Tensor left, int right) => Op.Call(Ops.DivScalar, [left, right]);
        public static Tensor operator /(Tensor left, long right) => Op.Call(Ops.DivScalar, [left, right]);
        public static Tensor operator /(Tensor left, float right) => Op.Call(Ops.DivScalar, [left, right]);
        public static Tensor operator /(Tensor left, double right) => Op.Call(Ops.DivScalar, [left, right]);
        public static Tensor operator /(Scalar left, Tensor right) => Over(left, right);
        public static Tensor operator /(int left, Tensor right) => Over(left, right);
        public static Tensor operator /(long left, Tensor right) => Over(left, right);
        public static Tensor operator /(float left, Tensor right) => Over(left, right);
        public static Tensor operator /(double left, Tensor right) => Over(left, right);

        public static Tensor operator -(Tensor tensor) => tensor.neg();
        public static Tensor operator ~(Tensor left) => Op.Call(Ops.Not, [left]);
        public static Tensor operator &(Tensor left, Tensor right) => Op.Call(Ops.And, [left, right]);
        public static Tensor operator |(Tensor left, Tensor right) => Op.Call(Ops.Or, [left, right]);
        public static Tensor operator ^(Tensor left, Tensor right) => Op.Call(Ops.Xor, [left, right]);
        public static Tensor operator %(Tensor left, Tensor right) => Op.Call(Ops.Remainder, [left, right]);
        public static Tensor operator %(Tensor left, Scalar right) => Op.Call(Ops.RemainderScalar, [left, right]);
        public static Tensor operator %(Tensor left, int right) => Op.Call(Ops.RemainderScalar, [left, right]);
        public static Tensor operator %(Tensor left, long right) => Op.Call(Ops.RemainderScalar, [left, right]);
        public static Tensor operator %(Tensor left, float right) => Op.Call(Ops.RemainderScalar, [left, right]);
        public static Tensor operator %(Tensor left, double right) => Op.Call(Ops.RemainderScalar, [left, right]);

        public static Tensor operator <(Tensor left, Tensor right) => left.lt(right);
        public static Tensor operator <(Tensor left, Scalar right) => left.lt(right);
        public static Tensor operator <=(Tensor left, Tensor right) => left.le(right);
        public static Tensor operator <=(Tensor left, Scalar right) => left.le(right);
        public static Tensor operator >(Tensor left, Tensor right) => left.gt(right);
        public static Tensor operator >(Tensor left, Scalar right) => left.gt(right);
        public static Tensor operator >=(Tensor left, Tensor right) => left.ge(right);
        public static Tensor operator >=(Tensor left, Scalar right) => left.ge(right);
        public static Tensor operator <(Scalar left, Tensor right) => right.gt(left);
        public static Tensor operator <=(Scalar left, Tensor right) => right.ge(left);
        public static Tensor operator >(Scalar left, Tensor right) => right.lt(left);
        public static Tensor operator >=(Scalar left, Tensor right) => right.le(left);

        private static Tensor Over(Value left, Tensor right)
        {
            using var reciprocal = right.reciprocal();
            return Op.Call(Ops.MulScalar, [reciprocal, left]);
        }
    }
}
