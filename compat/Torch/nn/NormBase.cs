namespace TorchSharp.Modules;

/// <summary>Normalisation with running statistics.</summary>
public abstract class NormBase : torch.nn.Module<torch.Tensor, torch.Tensor>
{
    private Parameter? _scale;
    private Parameter? _shift;
    private torch.Tensor? _mean;
    private torch.Tensor? _variance;
    private torch.Tensor? _batches;

    public NormBase(long num_features, double eps, double? momentum, bool affine, bool track_running_stats, torch.Device? device, torch.ScalarType? dtype, string name)
        : base(name)
    {
        (this.num_features, this.eps, this.momentum, this.affine, this.track_running_stats) = (num_features, eps, momentum, affine, track_running_stats);
        if (affine)
        {
            register_parameter(nameof(weight), _scale = Initial.Filled([num_features], 1, device, dtype));
            register_parameter(nameof(bias), _shift = Initial.Filled([num_features], 0, device, dtype));
        }
        if (!track_running_stats)
            return;
        register_buffer(nameof(running_mean), _mean = torch.zeros(num_features, dtype, device));
        register_buffer(nameof(running_var), _variance = torch.ones(num_features, dtype, device));
        register_buffer(nameof(num_batches_tracked), _batches = torch.tensor(0L, device: device));
    }

    public long num_features { get; }

    public double eps { get; set; }

    public double? momentum { get; set; }

    public bool affine { get; }

    public bool track_running_stats { get; }

    public Parameter weight
    {
        get => _scale!;
        set => ConditionallyRegisterParameter(nameof(weight), _scale = value);
    }

    public Parameter? bias
    {
        get => _shift;
        set => ConditionallyRegisterParameter(nameof(bias), _shift = value);
    }

    public torch.Tensor? running_mean
    {
        get => _mean;
        set => ConditionallyRegisterBuffer(nameof(running_mean), _mean = value);
    }

    public torch.Tensor? running_var
    {
        get => _variance;
        set => ConditionallyRegisterBuffer(nameof(running_var), _variance = value);
    }

    public torch.Tensor? num_batches_tracked
    {
        get => _batches;
        set => ConditionallyRegisterBuffer(nameof(num_batches_tracked), _batches = value);
    }

    public void reset_running_stats()
    {
        _mean?.zero_();
        _variance?.fill_(1);
        _batches?.zero_();
    }

    public void reset_parameters()
    {
        reset_running_stats();
        if (!affine)
            return;
        torch.nn.init.ones_(weight);
        torch.nn.init.zeros_(bias!);
    }

    protected abstract void ValidateInputDimensions(torch.Tensor input);
}
