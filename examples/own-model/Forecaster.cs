using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace OwnModel;

/// <summary>
/// Forecasts three quantiles of a value to come: the last value, plus a correction for each. Any TorchSharp module will do; its parameters and buffers, in the
/// order in which it gives them, are what travels between nodes and coordinator.
/// </summary>
internal sealed class Forecaster : Module<Tensor, Tensor>
{
    private readonly Module<Tensor, Tensor> correction;

    public Forecaster(int hidden)
        : base(nameof(Forecaster))
    {
        correction = Sequential(
            ("first", Linear(OscillatorData.Window, hidden)),
            ("bend", Tanh()),
            ("last", Linear(hidden, OscillatorTask.Quantiles.Length)));
        RegisterComponents();
    }

    /// <summary>[batch, window] to [batch, quantiles].</summary>
    public override Tensor forward(Tensor input) => input.narrow(1, OscillatorData.Window - 1, 1) + correction.call(input);

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            correction.Dispose();
        }

        base.Dispose(disposing);
    }
}
