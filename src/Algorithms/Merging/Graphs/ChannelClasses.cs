namespace Distributed.Algorithms.Merging.Graphs;

/// <summary>Classes of channels that must be relabelled alike, some of them not at all (union-find).</summary>
internal sealed class ChannelClasses
{
    private readonly List<int> _parent = [];
    private readonly List<bool> _isFixed = [];

    public int New()
    {
        _parent.Add(_parent.Count);
        _isFixed.Add(false);
        return _parent.Count - 1;
    }

    public int Root(int channel)
    {
        while (_parent[channel] != channel) channel = _parent[channel] = _parent[_parent[channel]];
        return channel;
    }

    public void Unite(int one, int other)
    {
        (one, other) = (Root(one), Root(other));
        if (one == other) return;
        (one, other) = (Math.Min(one, other), Math.Max(one, other));
        _parent[other] = one;
        _isFixed[one] |= _isFixed[other];
    }

    public void Fix(int channel) => _isFixed[Root(channel)] = true;

    public bool IsFixed(int channel) => _isFixed[Root(channel)];
}
