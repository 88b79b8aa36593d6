namespace Distributed.Node.Data.Images;

/// <summary>A source of labelled images. One file a source, one line in <see cref="DataSources"/>.</summary>
internal interface IDataSource
{
    /// <summary>The name in run files.</summary>
    string Name { get; }

    /// <summary>Whether the source reads <c>data.path</c>.</summary>
    bool NeedsPath { get; }

    /// <summary>Reads or draws the examples.</summary>
    /// <param name="request">What the run asks for.</param>
    /// <param name="problems">Receives everything that is wrong, naming the file.</param>
    /// <returns>The examples, or null when there is a problem.</returns>
    Dataset? Load(DataRequest request, ICollection<string> problems);
}
