using System.ComponentModel;
using Distributed.Architecture.Tests.Dependencies.Fixtures.Used;

namespace Distributed.Architecture.Tests.Dependencies.Fixtures.Attributed;

internal static class Marked
{
    [TypeConverter(typeof(Fault))]
    public static int Value => 1;
}
