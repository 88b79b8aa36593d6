namespace Distributed.Protocols.Refusals;

/// <summary>An expected "no": a value, not an exception.</summary>
/// <param name="Code">The machine-readable reason.</param>
/// <param name="Message">What was wrong and what to do about it, for a person. Never holds raw bytes or raw names from outside.</param>
public sealed record Refusal(RefusalCode Code, string Message)
{
    /// <inheritdoc />
    public override string ToString() => $"{RefusalCodes.WireName(Code)}: {Message}";
}
