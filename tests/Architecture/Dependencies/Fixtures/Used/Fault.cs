namespace Distributed.Architecture.Tests.Dependencies.Fixtures.Used;

internal sealed class Fault : Exception;
