using Distributed.Compat.Orleans.Tests.Fixtures;
using Orleans;
using Xunit;

namespace Distributed.Compat.Orleans.Tests.Observers;

public interface IListener : IGrainObserver
{
    void Say(string what);

    Task<int> Ask(int question);
}

public interface ISpeakerGrain : IGrainWithStringKey
{
    Task Join(IListener listener);

    Task Say(params string[] what);

    Task<int> Ask(int question);
}

public sealed class SpeakerGrain : Grain, ISpeakerGrain
{
    private readonly List<IListener> listeners = [];

    public Task Join(IListener listener)
    {
        listeners.Add(listener);
        return Task.CompletedTask;
    }

    public Task Say(params string[] what)
    {
        foreach (var word in what)
        {
            listeners.ForEach(x => x.Say(word));
        }

        return Task.CompletedTask;
    }

    public Task<int> Ask(int question) => listeners[0].Ask(question);
}

public sealed class Listener(Probe probe) : IListener
{
    private int inside;

    public void Say(string what)
    {
        Assert.Equal(1, Interlocked.Increment(ref inside));
        Assert.Equal(TaskScheduler.Default, TaskScheduler.Current);
        probe.Log(what);
        Interlocked.Decrement(ref inside);
        if (what == "boom")
        {
            throw new InvalidDataException(what);
        }
    }

    public async Task<int> Ask(int question)
    {
        probe.Log($"asked {question}");
        await probe.Gate("answer");
        return question >= 0 ? 2 * question : throw new InvalidDataException("negative");
    }
}

public sealed class ObserverTests
{
    [Fact]
    public async Task Observer_HearsEverythingInOrder()
    {
        await using var silo = await TestSilo.StartAsync();
        var listener = new Listener(silo.Probe);
        var speaker = silo.Grain<ISpeakerGrain>("a");
        await speaker.Join(silo.Grains.CreateObjectReference<IListener>(listener));
        var words = Enumerable.Range(0, 200).Select(x => $"{x}").ToArray();

        await speaker.Say(words);

        foreach (var word in words)
        {
            Assert.Equal(word, await silo.Probe.Next());
        }

        GC.KeepAlive(listener);
    }

    [Fact]
    public async Task Observer_ThatThrowsInAVoidMethod_HurtsNobody()
    {
        await using var silo = await TestSilo.StartAsync();
        var listener = new Listener(silo.Probe);
        var speaker = silo.Grain<ISpeakerGrain>("a");
        await speaker.Join(silo.Grains.CreateObjectReference<IListener>(listener));

        await speaker.Say("boom", "after");

        Assert.Equal("boom", await silo.Probe.Next());
        Assert.Equal("after", await silo.Probe.Next());
        GC.KeepAlive(listener);
    }

    [Fact]
    public async Task Observer_WithATaskMethod_AnswersTheGrain()
    {
        await using var silo = await TestSilo.StartAsync();
        var listener = new Listener(silo.Probe);
        var speaker = silo.Grain<ISpeakerGrain>("a");
        await speaker.Join(silo.Grains.CreateObjectReference<IListener>(listener));
        var answer = speaker.Ask(21);
        Assert.Equal("asked 21", await silo.Probe.Next());
        Assert.False(answer.IsCompleted);

        silo.Probe.Open("answer");

        Assert.Equal(42, await answer);
        await Assert.ThrowsAsync<InvalidDataException>(() => speaker.Ask(-1));
        GC.KeepAlive(listener);
    }

    [Fact]
    public async Task DeletedObserver_HearsNothingMore()
    {
        await using var silo = await TestSilo.StartAsync();
        Listener first = new(silo.Probe), second = new(silo.Probe);
        var speaker = silo.Grain<ISpeakerGrain>("a");
        var reference = silo.Grains.CreateObjectReference<IListener>(first);
        await speaker.Join(reference);
        await speaker.Join(silo.Grains.CreateObjectReference<IListener>(second));

        silo.Grains.DeleteObjectReference<IListener>(reference);
        await speaker.Say("one", "two");

        Assert.Equal("one", await silo.Probe.Next());
        Assert.Equal("two", await silo.Probe.Next());
        GC.KeepAlive(first);
        GC.KeepAlive(second);
    }

    [Fact]
    public async Task CreateObjectReference_OfAReference_IsRefused()
    {
        await using var silo = await TestSilo.StartAsync();
        var listener = new Listener(silo.Probe);
        var reference = silo.Grains.CreateObjectReference<IListener>(listener);

        Assert.ThrowsAny<ArgumentException>(() => silo.Grains.CreateObjectReference<IListener>(reference));
        Assert.ThrowsAny<ArgumentException>(() => silo.Grains.DeleteObjectReference<IListener>(listener));
    }
}
