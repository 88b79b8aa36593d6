using Orleans;
using Orleans.Runtime;

namespace Distributed.Coordinator.Tests.Storage;

/// <summary>A grain with a state and nothing else.</summary>
[Alias("distributed.tests.note")]
public interface INoteGrain : IGrainWithStringKey
{
    [Alias("read")]
    Task<string> Read();

    [Alias("write")]
    Task Write(string text);
}

internal sealed class NoteGrain([PersistentState("note")] IPersistentState<Note> note) : Grain, INoteGrain
{
    public Task<string> Read() => Task.FromResult(note.State.Text);

    public Task Write(string text)
    {
        note.State = new Note { Text = text };
        return note.WriteStateAsync();
    }
}

[GenerateSerializer, Immutable, Alias("distributed.tests.note-state")]
public sealed record Note
{
    [Id(0)]
    public string Text { get; init; } = "";
}
