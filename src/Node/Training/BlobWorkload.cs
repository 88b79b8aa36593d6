using Distributed.Node.Data.Partitioning;
using Distributed.Node.Models;
using Distributed.Protocols.Runs;

namespace Distributed.Node.Training;

/// <summary>Clients that send a blob back.</summary>
internal sealed class BlobWorkload(BlobParameters parameters, RunSpec spec) : IWorkload
{
    public IReadOnlyList<int> ClientExamples { get; } = [.. Enumerable.Repeat(Blob.ExamplesPerClient, spec.Data.Clients)];

    public ClassHistogram? Histogram => null;

    public int TestExamples => 0;

    public int ProxyExamples => 0;

    public string Engine => "none";

    public IEnumerable<string> Remarks => [];

    public bool ReturnsItsInput => true;

    public ITrainer CreateTrainer(int threads) => new BlobTrainer(Blob.Manifest(parameters), spec.Seed);

    public void Dispose()
    {
    }
}
