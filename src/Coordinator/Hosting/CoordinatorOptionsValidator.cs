using System.ComponentModel.DataAnnotations;
using System.Net;

namespace Distributed.Coordinator.Hosting;

/// <summary>Ranges by annotation, and the rules between properties; every mistake is listed.</summary>
internal static class CoordinatorOptionsValidator
{
    /// <summary>Checks before anything is opened.</summary>
    /// <exception cref="CoordinatorStartException">There are mistakes.</exception>
    public static void ThrowOnProblems(CoordinatorOptions options)
    {
        var problems = Problems(options);
        if (problems.Count > 0)
        {
            throw new CoordinatorStartException("The coordinator's options have mistakes:\n" + string.Join("\n", problems));
        }
    }

    private static List<string> Problems(CoordinatorOptions options)
    {
        var results = new List<ValidationResult>();
        Validator.TryValidateObject(options, new ValidationContext(options), results, validateAllProperties: true);
        var problems = results.ConvertAll(result => result.ErrorMessage ?? "");
        if (!IPAddress.TryParse(options.Address, out _))
        {
            problems.Add($"Address must be an IP address such as 127.0.0.1 or 0.0.0.0, not '{options.Address}'.");
        }

        if (options.Port is null && options.SocketPath is null)
        {
            problems.Add("Port or SocketPath must be given: a coordinator that nobody reaches is of no use.");
        }

        problems.AddRange(options.Tls.Problems(TimeProvider.System.GetUtcNow()));
        if (options.Tls is { Authorities: not null, Certificate: null, Key: null })
        {
            problems.Add("client certificates are asked for in TLS only: give the coordinator a certificate and its key too");
        }

        if (options.Heartbeat < TimeSpan.FromMilliseconds(50) || options.Heartbeat > TimeSpan.FromMinutes(10))
        {
            problems.Add("Heartbeat must be from 50 ms to 10 min.");
        }

        if (options.ConnectionWindowBytes < options.StreamWindowBytes)
        {
            problems.Add("ConnectionWindowBytes must not be below StreamWindowBytes.");
        }

        return problems;
    }
}
