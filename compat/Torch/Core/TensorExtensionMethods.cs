using System.Globalization;
using TorchSharp.Modules;

namespace TorchSharp;

public static class TensorExtensionMethods
{
    public static bool ToBoolean(this torch.Tensor value) => value.ItemScalar().ToBoolean();
    public static byte ToByte(this torch.Tensor value) => value.ItemScalar().ToByte();
    public static int ToInt32(this torch.Tensor value) => value.ItemScalar().ToInt32();
    public static long ToInt64(this torch.Tensor value) => value.ItemScalar().ToInt64();
    public static float ToSingle(this torch.Tensor value) => value.ItemScalar().ToSingle();
    public static double ToDouble(this torch.Tensor value) => value.ItemScalar().ToDouble();

    public static Parameter AsParameter(this torch.Tensor tensor) => tensor as Parameter ?? new Parameter(tensor, tensor.requires_grad);

    public static long TotalSize(this IEnumerable<long> shape) => shape.Aggregate(1L, (product, size) => product * size);

    public static int ElementSize(this torch.ScalarType type) => type switch
    {
        torch.ScalarType.Byte or torch.ScalarType.Int8 or torch.ScalarType.Bool or torch.ScalarType.QInt8 or torch.ScalarType.QUInt8 => 1,
        torch.ScalarType.Int16 or torch.ScalarType.Float16 or torch.ScalarType.BFloat16 => 2,
        torch.ScalarType.Int32 or torch.ScalarType.Float32 or torch.ScalarType.QInt32 => 4,
        torch.ScalarType.ComplexFloat64 => 16,
        _ => 8,
    };

    public static string metastr(this torch.Tensor tensor) => string.Create(
        CultureInfo.InvariantCulture, $"[{string.Join('x', tensor.shape)}], type = {tensor.dtype}, device = {tensor.device}");
}
