namespace Distributed.Node.Data.Random;

/// <summary>What a random stream is for. The numbers are part of every result: never reuse or change one.</summary>
internal enum RandomPurpose
{
    /// <summary>Drawing example <c>round</c> of a generated data set.</summary>
    Example = 1,

    /// <summary>Dealing training examples to clients; attempt as <c>round</c>.</summary>
    Partition = 2,

    /// <summary>Initial parameters; the tensor's position as <c>round</c>.</summary>
    InitialModel = 3,

    /// <summary>Order of a client's examples in (round, client, epoch).</summary>
    BatchOrder = 4,

    /// <summary>Random numbers inside a model (dropout) in (round, client).</summary>
    Dropout = 5,

    /// <summary>Order of all training examples in an epoch of data-parallel training; the epoch as <c>round</c>.</summary>
    StepOrder = 6,

    /// <summary>Numbers in a model whose graph is checked; the tensor's position as <c>round</c>.</summary>
    GraphCheck = 20,

    /// <summary>Drawing the proxy set; class as <c>round</c>.</summary>
    ProxyDraw = 30,

    /// <summary>Order of the proxy set's examples in (round, -, epoch).</summary>
    ProxyOrder = 31,

    /// <summary>Choosing the tokens of generated text.</summary>
    TextSampling = 40,
}
