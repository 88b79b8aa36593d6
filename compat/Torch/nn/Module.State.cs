namespace TorchSharp;

public static partial class torch
{
    public static partial class nn
    {
        public partial class Module
        {
            /// <summary>Parameters and persistent buffers by name, as they are (not copied).</summary>
            public virtual Dictionary<string, Tensor> state_dict(Dictionary<string, Tensor>? destination = null, string? prefix = null)
            {
                destination ??= [];
                var start = string.IsNullOrEmpty(prefix) ? "" : prefix.EndsWith('.') ? prefix : prefix + ".";
                foreach (var (name, parameter) in _parameters_)
                {
                    if (parameter is not null)
                        destination.TryAdd(start + name, parameter);
                }
                foreach (var (name, (tensor, persistent)) in _buffers_)
                {
                    if (tensor is not null && persistent)
                        destination.TryAdd(start + name, tensor);
                }
                foreach (var (name, child) in named_children())
                    child.state_dict(destination, start + name);
                return destination;
            }

            /// <summary>Copies the values of the same names into this module.</summary>
            /// <returns>Names that the source lacks, and names that the module lacks.</returns>
            public virtual (IList<string> missing_keys, IList<string> unexpected_keyes) load_state_dict(Dictionary<string, Tensor> source, bool strict = true, IList<string>? skip = null)
            {
                var own = state_dict();
                var skipped = skip ?? [];
                List<string> missing = [.. own.Keys.Where(k => !source.ContainsKey(k) && !skipped.Contains(k))];
                List<string> unexpected = [.. source.Keys.Where(k => !own.ContainsKey(k) && !skipped.Contains(k))];
                if (strict && missing.Count + unexpected.Count > 0)
                    throw new InvalidOperationException($"the state does not fit: missing [{string.Join(", ", missing)}], unexpected [{string.Join(", ", unexpected)}]");
                using var off = no_grad();
                foreach (var (name, tensor) in own)
                {
                    if (source.TryGetValue(name, out var value) && !skipped.Contains(name))
                        Load(name, tensor, value);
                }
                return (missing, unexpected);
            }

            private static void Load(string name, Tensor target, Tensor value)
            {
                var (wanted, given) = (target.shape, value.shape);
                if (!wanted.AsSpan().SequenceEqual(given))
                    throw new ArgumentException($"'{name}' has the shape [{string.Join(", ", wanted)}], the state [{string.Join(", ", given)}]");
                target.copy_(value);
            }
        }
    }
}
