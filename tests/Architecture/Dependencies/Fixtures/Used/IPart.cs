namespace Distributed.Architecture.Tests.Dependencies.Fixtures.Used;

internal interface IPart;
