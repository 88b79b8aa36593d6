using System.ComponentModel.DataAnnotations;
using System.Globalization;
using Distributed.Node.Data.Images;
using Distributed.Node.Plugins;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;
using Layer = TorchSharp.torch.nn.Module<TorchSharp.torch.Tensor, TorchSharp.torch.Tensor>;

namespace Distributed.Node.Models;

/// <summary>What normalises the channels after a convolution.</summary>
internal enum ResNetNorm
{
    /// <summary>Statistics of the batch; of all batches so far when the model is evaluated.</summary>
    Batch,

    /// <summary>Statistics of an image over groups of its channels: nothing to average between clients but parameters.</summary>
    Group,

    /// <summary>Nothing; the convolutions have a bias instead.</summary>
    None,
}

/// <summary>Parameters of <c>resnet</c>.</summary>
internal sealed record ResNetParameters : IValidatableObject
{
    private const int MaximumWidth = 4096;
    private const int MaximumStages = 8;

    /// <summary>Channels of the stages; each stage but the first halves height and width.</summary>
    /// <value>[16, 32, 64].</value>
    [EachRange(1, MaximumWidth)]
    [Length(1, MaximumStages, ErrorMessage = "must have 1 to 8 items")]
    public int[] Widths { get; init; } = [16, 32, 64];

    /// <summary>Basic blocks of each stage; a network of three stages has 6 n + 2 layers with weights.</summary>
    /// <value>1.</value>
    [Range(1, 100)]
    public int Blocks { get; init; } = 1;

    /// <summary>Normalisation after each convolution.</summary>
    /// <value>batch.</value>
    public ResNetNorm Norm { get; init; } = ResNetNorm.Batch;

    /// <summary>Groups of channels of the norm <c>group</c>; divides every width.</summary>
    /// <value>8.</value>
    [Range(1, MaximumWidth)]
    public int Groups { get; init; } = 8;

    /// <inheritdoc/>
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (Norm == ResNetNorm.Group && Widths.Any(width => width % Groups != 0))
        {
            yield return new ValidationResult($"{Groups} groups do not divide each of the widths {string.Join(", ", Widths)}", [nameof(Groups)]);
        }
    }
}

/// <summary>
/// The small residual network for small images of He et al. 2016 (section 4.2): a 3 x 3 stem, stages of basic blocks, the mean over the picture, one linear layer.
/// A shortcut that changes the shape is a 1 x 1 convolution.
/// </summary>
internal sealed class ResNet(ResNetParameters parameters) : IClassifier
{
    // oneDNN 2.6 (libtorch 1.13) writes past its buffers in the backward pass of a strided 1 x 1 convolution whose channels lie together and do not fill its vectors,
    // of 8 numbers with AVX2 and 16 with AVX-512: a shortcut from a narrow stage would corrupt the heap.
    public bool ChannelsLast => parameters.Norm != ResNetNorm.Group && parameters.Widths.All(width => width % 16 == 0);

    public Layer Build(ImageShape shape, int classes)
    {
        var layers = new List<(string, Layer)>(Convolution("", shape.Channels, parameters.Widths[0], kernel: 3, stride: 1)) { ("relu", ReLU()) };
        var width = parameters.Widths[0];
        for (var stage = 0; stage < parameters.Widths.Length; stage++)
        {
            for (var block = 0; block < parameters.Blocks; block++)
            {
                var name = string.Create(CultureInfo.InvariantCulture, $"stage{stage + 1}_block{block + 1}");
                layers.Add((name, Block(width, parameters.Widths[stage], stride: stage > 0 && block == 0 ? 2 : 1)));
                layers.Add((name + "_relu", ReLU()));
                width = parameters.Widths[stage];
            }
        }

        return Sequential([.. layers, ("pool", AdaptiveAvgPool2d(1)), ("flatten", Flatten()), ("fc", Linear(width, classes))]);
    }

    // A batch may have one image only, and the variance of one number is none.
    public string? Misfit(ImageShape shape)
    {
        var halvings = parameters.Widths.Length - 1;
        return parameters.Norm == ResNetNorm.Batch && Halved(shape.Height) * Halved(shape.Width) < 2
            ? $"model resnet with norm batch and {parameters.Widths.Length} stages makes a single pixel of images of {shape.Height} x {shape.Width}; take fewer widths or norm group"
            : null;

        int Halved(int side) => (side + (1 << halvings) - 1) >> halvings;
    }

    // What is added is activated by the layer after it.
    private Residual Block(int from, int to, int stride) => new(
        Sequential([.. Convolution("1", from, to, 3, stride), ("relu", ReLU()), .. Convolution("2", to, to, 3, 1)]),
        from == to && stride == 1 ? null : Sequential(Convolution("", from, to, 1, stride)));

    private IEnumerable<(string, Layer)> Convolution(string number, int from, int to, int kernel, int stride)
    {
        yield return ("conv" + number, Conv2d(from, to, kernel, stride, padding: kernel / 2, bias: parameters.Norm == ResNetNorm.None));
        if (parameters.Norm != ResNetNorm.None)
        {
            yield return ("norm" + number, parameters.Norm == ResNetNorm.Batch ? BatchNorm2d(to) : GroupNorm(parameters.Groups, to));
        }
    }
}
