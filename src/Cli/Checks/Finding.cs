namespace Distributed.Cli.Checks;

/// <summary>How a thing that training needs stands.</summary>
internal enum Standing
{
    /// <summary>As it should be.</summary>
    Ok,

    /// <summary>Works, but worse than it could.</summary>
    Warning,

    /// <summary>Not there; training will not work.</summary>
    Missing,
}

/// <summary>One line of <c>dist check</c>.</summary>
/// <param name="Name">What was looked at.</param>
/// <param name="Standing">How it stands.</param>
/// <param name="Value">What was found.</param>
/// <param name="Remedy">The command that mends it, or what to do; null when nothing is to be done.</param>
internal sealed record Finding(string Name, Standing Standing, string Value, string? Remedy = null);
