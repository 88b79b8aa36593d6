using TorchSharp.Modules;

namespace TorchSharp;

public static partial class torch
{
    public static partial class nn
    {
        public partial class Module
        {
            public virtual IEnumerable<(string name, Module module)> named_children() => _modules_.Select(e => (e.Name, e.Value));

            public virtual IEnumerable<Module> children() => named_children().Select(e => e.module);

            public virtual IEnumerable<(string name, Module module)> named_modules()
            {
                foreach (var (name, child) in named_children())
                {
                    yield return (name, child);
                    foreach (var (inner, module) in child.named_modules())
                        yield return ($"{name}.{inner}", module);
                }
            }

            public virtual IEnumerable<Module> modules() => named_modules().Select(e => e.module);

            public virtual IEnumerable<(string name, Parameter parameter)> named_parameters(bool recurse = true) =>
                Unique(Walk(recurse, m => m._parameters_.Where(e => e.Value is not null).Select(e => (e.Name, e.Value))));

            public virtual IEnumerable<Parameter> parameters(bool recurse = true) => named_parameters(recurse).Select(e => e.parameter);

            public virtual IEnumerable<(string name, Tensor buffer)> named_buffers(bool recurse = true, bool include_nonpersistent = true) => Unique(Walk(
                recurse,
                m => m._buffers_.Where(e => e.Value.Tensor is not null && (include_nonpersistent || e.Value.Persistent)).Select(e => (e.Name, e.Value.Tensor))));

            public virtual IEnumerable<Tensor> buffers(bool recurse = true, bool include_nonpersistent = true) =>
                named_buffers(recurse, include_nonpersistent).Select(e => e.buffer);

            public virtual bool has_parameter(string target) => get_parameter(target) is not null;

            public virtual bool has_buffer(string target) => get_buffer(target) is not null;

            public virtual Parameter? get_parameter(string target) => named_parameters().FirstOrDefault(e => e.name == target).parameter;

            public virtual Tensor? get_buffer(string target) => named_buffers().FirstOrDefault(e => e.name == target).buffer;

            private IEnumerable<(string Name, T Value)> Walk<T>(bool recurse, Func<Module, IEnumerable<(string, T)>> own)
            {
                foreach (var entry in own(this))
                    yield return entry;
                if (!recurse)
                    yield break;
                foreach (var (name, child) in named_children())
                {
                    foreach (var (inner, value) in child.Walk(recurse, own))
                        yield return ($"{name}.{inner}", value);
                }
            }

            // A tensor shared by two modules is trained and saved once, under its first name.
            private static IEnumerable<(string, T)> Unique<T>(IEnumerable<(string, T Value)> entries)
                where T : class
            {
                var seen = new HashSet<object>(ReferenceEqualityComparer.Instance);
                return entries.Where(e => seen.Add(e.Value));
            }
        }
    }
}
