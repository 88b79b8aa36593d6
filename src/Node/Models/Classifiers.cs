using Distributed.Node.Plugins;

namespace Distributed.Node.Models;

/// <summary>The built-in models by name.</summary>
internal static class Classifiers
{
    public static readonly PluginFamily<IClassifier> Family = new("model",
    [
        new("linear", typeof(LinearParameters), _ => new Mlp([])),
        new("mlp", typeof(MlpParameters), parameters => new Mlp(((MlpParameters)parameters).Hidden)),
        new("lenet", typeof(LeNetParameters), _ => new LeNet()),
        new("resnet", typeof(ResNetParameters), parameters => new ResNet((ResNetParameters)parameters)),
    ]);
}
