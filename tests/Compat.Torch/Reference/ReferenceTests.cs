using TorchSharp;
using Xunit;
using static TorchSharp.torch;

namespace Distributed.Compat.Torch.Tests.Reference;

/// <summary>Forward passes, gradients, optimizer steps and random streams against python's torch.</summary>
[Collection(Alone.Name)]
public sealed class ReferenceTests
{
    private const double Tolerance = 1e-6;

    public static TheoryData<string> Names => [.. Cases.All.Keys];

    [PythonTheory]
    [MemberData(nameof(Names))]
    public void Numbers_OfACase_EqualPythons(string name)
    {
        var expected = Python.Expected(name);
        set_num_threads(1);
        using var scope = NewDisposeScope();
        var actual = Cases.All[name]();
        Assert.Equal(expected.Keys.Order(), actual.Keys.Order());
        foreach (var (key, values) in expected)
            Compare($"{name} {key}", values, actual[key].detach().to(ScalarType.Float64).flatten().data<double>().ToArray());
    }

    private static void Compare(string what, double[] expected, double[] actual)
    {
        Assert.True(expected.Length == actual.Length, $"{what}: {actual.Length} numbers, {expected.Length} expected");
        for (var i = 0; i < expected.Length; i++)
        {
            var difference = Math.Abs(expected[i] - actual[i]);
            Assert.True(difference <= Tolerance * (1 + Math.Abs(expected[i])), $"{what}[{i}]: {actual[i]:R}, python {expected[i]:R}");
        }
    }
}
