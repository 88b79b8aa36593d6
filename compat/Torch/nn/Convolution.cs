namespace TorchSharp.Modules;

/// <summary>What convolutions share. Only zero padding is supported.</summary>
public abstract class Convolution : torch.nn.Module<torch.Tensor, torch.Tensor>
{
    private Parameter _kernel;
    private Parameter? _offset;

    private protected Convolution(string name, Geometry geometry, bool bias, torch.Device? device, torch.ScalarType? dtype)
        : base(name)
    {
        if (geometry.Mode is not (PaddingModes.Zeros or PaddingModes.Constant))
            throw new NotSupportedException($"padding with {geometry.Mode} is not supported, only zeros");
        if (geometry.Groups < 1 || geometry.In % geometry.Groups != 0 || geometry.Out % geometry.Groups != 0)
            throw new ArgumentException($"{geometry.Groups} groups do not divide {geometry.In} input and {geometry.Out} output channels");
        (in_channels, out_channels, groups, padding_mode) = (geometry.In, geometry.Out, geometry.Groups, geometry.Mode);
        (kernel_size, stride, padding, dilation) = (geometry.Kernel, geometry.Stride, geometry.Padding, geometry.Dilation);
        padding_type = geometry.Named;
        _kernel = Initial.Uninitialised([geometry.Out, geometry.In / geometry.Groups, .. geometry.Kernel], device, dtype);
        register_parameter(nameof(weight), _kernel);
        if (bias)
        {
            _offset = Initial.Uninitialised([geometry.Out], device, dtype);
            register_parameter(nameof(this.bias), _offset);
        }
        reset_parameters();
    }

    public long in_channels { get; }

    public long out_channels { get; }

    public long[] kernel_size { get; set; }

    public long[] stride { get; set; }

    public long[] padding { get; }

    public Padding? padding_type { get; }

    public long[] dilation { get; set; }

    public long groups { get; set; }

    public PaddingModes padding_mode { get; set; }

    public Parameter weight
    {
        get => _kernel;
        set => ConditionallyRegisterParameter(nameof(weight), _kernel = value);
    }

    public Parameter? bias
    {
        get => _offset;
        set => ConditionallyRegisterParameter(nameof(bias), _offset = value);
    }

    public void reset_parameters() => Initial.LikePython(_kernel, _offset);

    /// <summary>Sizes of a convolution, per dimension where they are lists.</summary>
    private protected sealed record Geometry(
        long In, long Out, long[] Kernel, long[] Stride, long[] Padding, Padding? Named, long[] Dilation, long Groups, PaddingModes Mode);
}
