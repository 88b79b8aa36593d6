namespace Distributed.Coordinator.Admission;

/// <summary>What may enter.</summary>
internal sealed class AdmissionOptions
{
    /// <summary>Largest model or update taken, in bytes.</summary>
    /// <value>8 GiB.</value>
    public long MaximumUpdateBytes { get; set; } = 8L * 1024 * 1024 * 1024;
}
