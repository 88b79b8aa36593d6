using System.Runtime.InteropServices;
using TorchSharp;
using TorchSharp.Modules;

namespace Distributed.Node.Engine;

/// <summary>Which of its libraries libtorch computes convolutions with. TorchSharp has no switch for it.</summary>
public static class Convolutions
{
    // oneDNN lays channels out in blocks of so many.
    private const int Block = 16;

    // Up to so many input channels are an image's, for which it has kernels of their own.
    private const int ImageChannels = 4;

    /// <summary>How many output channels are missing to the next full block.</summary>
    internal static long Lack(long channels) => (Block - (channels % Block)) % Block;

    /// <summary>How many input channels are missing to the next full block; none of an image.</summary>
    internal static long LackOfInput(long channels) => channels <= ImageChannels ? 0 : Lack(channels);

    /// <summary>
    /// Leaves NNPACK out: on processors that it does not know it prints a line on standard error for each convolution, and on others it is not the fastest.
    /// A libtorch without the switch goes on with it.
    /// </summary>
    public static void LeaveOutNnpack() => TryLeaveOut(() => SetNnpack(Context(), 0));

    /// <summary>
    /// Leaves oneDNN out of a process that trains a model which it computes wrongly: where channels do not fill its blocks, libtorch 2.10 takes what memory happens to
    /// hold for the channels in between, and gradients become NaN now and then, or the process ends (docs/decisions/0011). libtorch's own convolution takes over.
    /// </summary>
    /// <param name="model">Looked at before it is trained or run on the CPU.</param>
    /// <returns>Whether this model is such a one. Once left out, oneDNN stays so for the process.</returns>
    /// <exception cref="NotSupportedException">It is such a one, and this libtorch lacks the switch.</exception>
    public static bool LeaveOutOneDnn(torch.nn.Module model) => LeaveOutOneDnn(model, () => SetOneDnn(Context(), 0));

    internal static bool LeaveOutOneDnn(torch.nn.Module model, Action leaveOut)
    {
        ArgumentNullException.ThrowIfNull(model);
        var wrong = model.modules().Prepend(model).Any(layer => layer is Convolution { in_channels: var from, out_channels: var to } && Lack(to) + LackOfInput(from) > 0);
        return !wrong || TryLeaveOut(leaveOut) ? wrong : throw new NotSupportedException(
            $"The model has convolutions whose channels are no multiple of {Block}, which oneDNN may compute wrongly, and libtorch {torch.__version__} has no known switch to leave it out: " +
            "use the libtorch of the build, or channels that are multiples.");
    }

    // Windows names C++ symbols otherwise, and neither fault was seen there.
    private static bool TryLeaveOut(Action leaveOut)
    {
        try
        {
            if (!OperatingSystem.IsWindows())
            {
                leaveOut();
            }

            return true;
        }
        catch (EntryPointNotFoundException)
        {
            return false;
        }
    }

    // C++ symbols of the very libtorch that TorchSharp is loaded with; another libtorch may lack them.
    [DllImport("torch_cpu", EntryPoint = "_ZN2at13globalContextEv")]
    private static extern nint Context();

    [DllImport("torch_cpu", EntryPoint = "_ZN2at7Context20setUserEnabledMkldnnEb")]
    private static extern void SetOneDnn(nint context, byte enabled);

    [DllImport("torch_cpu", EntryPoint = "_ZN2at7Context20setUserEnabledNNPACKEb")]
    private static extern void SetNnpack(nint context, byte enabled);
}
