using System.ComponentModel.DataAnnotations;
using System.Globalization;

namespace Distributed.Node.Plugins;

/// <summary>Every number of a list lies in a range.</summary>
[AttributeUsage(AttributeTargets.Property)]
internal sealed class EachRangeAttribute(int minimum, int maximum) : ValidationAttribute
{
    public int Minimum { get; } = minimum;

    public int Maximum { get; } = maximum;

    public override bool IsValid(object? value) => value is not int[] items || items.All(item => item >= Minimum && item <= Maximum);

    public override string FormatErrorMessage(string name) =>
        string.Create(CultureInfo.InvariantCulture, $"every item must be from {Minimum} to {Maximum}");
}
