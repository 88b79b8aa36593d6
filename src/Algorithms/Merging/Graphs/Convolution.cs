namespace Distributed.Algorithms.Merging.Graphs;

/// <summary>A convolution with two kernel axes, of one sample.</summary>
internal static class Convolution
{
    public static GraphValue Run(ConvNode node, GraphValue input, double[] weight, int[] shape, double[]? bias)
    {
        if (!input.IsMap || shape.Length != 4) throw new NotSupportedException("Only convolutions of maps with two kernel axes are evaluated.");
        var (channels, rows, columns) = (input.Shape[0], input.Shape[1], input.Shape[2]);
        var (outputs, depth, height, width) = (shape[0], shape[1], shape[2], shape[3]);
        var (outRows, outColumns) = (Extent(rows, height, node), Extent(columns, width, node));
        // As many inputs for each output as the weight has; the groups are what follows.
        var perGroup = outputs / (channels / depth);
        var data = new double[outputs * outRows * outColumns];
        for (var output = 0; output < outputs; output++)
        {
            var first = output / perGroup * depth;
            for (var y = 0; y < outRows; y++)
            {
                for (var x = 0; x < outColumns; x++)
                {
                    var sum = bias?[output] ?? 0;
                    for (var channel = 0; channel < depth; channel++)
                    {
                        for (var i = 0; i < height; i++)
                        {
                            var row = (y * node.Stride) + i - node.Padding;
                            if (row < 0 || row >= rows) continue;
                            for (var j = 0; j < width; j++)
                            {
                                var column = (x * node.Stride) + j - node.Padding;
                                if (column < 0 || column >= columns) continue;
                                sum += weight[(((((output * depth) + channel) * height) + i) * width) + j]
                                    * input.Data[((((first + channel) * rows) + row) * columns) + column];
                            }
                        }
                    }
                    data[(((output * outRows) + y) * outColumns) + x] = sum;
                }
            }
        }
        return new GraphValue(data, [outputs, outRows, outColumns], IsMap: true);
    }

    private static int Extent(int length, int kernel, ConvNode node) => ((length + (2 * node.Padding) - kernel) / node.Stride) + 1;
}
