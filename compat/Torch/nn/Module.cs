using System.Reflection;
using TorchSharp.Modules;

namespace TorchSharp;

public static partial class torch
{
    public static partial class nn
    {
        public static Parameter Parameter(Tensor data, bool requires_grad = true) => new(data, requires_grad);

        /// <summary>Something with parameters, buffers and sub-modules, in the order of their registration.</summary>
        public partial class Module : IDisposable
        {
            private readonly OrderedEntries<Parameter> _parameters_ = new();
            private readonly OrderedEntries<(Tensor Tensor, bool Persistent)> _buffers_ = new();
            private readonly OrderedEntries<Module> _modules_ = new();
            private readonly string _name;
            private bool _training = true;
            private bool _registered;

            protected Module(string name) => _name = name;

            public virtual bool training => _training;

            public virtual string GetName() => _name;

            public virtual void register_parameter(string name, Parameter param)
            {
                param?.DetachFromDisposeScope();
                _parameters_.Add(name, param!);
            }

            public virtual void register_buffer(string name, Tensor tensor, bool persistent = true)
            {
                tensor?.DetachFromDisposeScope();
                _buffers_.Add(name, (tensor!, persistent));
            }

            public virtual void register_module(string name, Module submodule) => _modules_.Add(name, submodule);

            public void add_module(string name, Module module) => register_module(name, module);

            /// <summary>
            /// Registers the fields that hold parameters, modules and tensors (as buffers), in the order of their declaration.
            /// A derived class calls it at the end of its constructor.
            /// </summary>
            protected virtual void RegisterComponents()
            {
                if (_registered)
                    return;
                _registered = true;
                foreach (var field in Fields(GetType()))
                {
                    var name = field.Name;
                    switch (field.GetValue(this))
                    {
                        case Module module when !_modules_.Contains(name): register_module(name, module); break;
                        case Parameter parameter when !_parameters_.Contains(name): register_parameter(name, parameter); break;
                        case Tensor tensor when tensor is not Modules.Parameter && !_buffers_.Contains(name): register_buffer(name, tensor); break;
                        default: break;
                    }
                }
            }

            protected void ConditionallyRegisterParameter(string name, Parameter? value) => _parameters_.Replace(name, value);

            protected void ConditionallyRegisterBuffer(string name, Tensor? value, bool persistent = true) =>
                _buffers_.Replace(name, value is null ? default : (value, persistent), value is not null);

            protected void ClearModules() => _modules_.Clear();

            public virtual void train(bool train = true)
            {
                _training = train;
                foreach (var (_, module) in named_children())
                    module.train(train);
            }

            public virtual void eval() => train(false);

            public virtual Module apply(Action<Module> fn)
            {
                foreach (var child in children())
                    child.apply(fn);
                fn(this);
                return this;
            }

            public virtual void zero_grad(bool set_to_none = true)
            {
                foreach (var parameter in parameters())
                    ClearGradient(parameter, set_to_none);
            }

            public void Dispose()
            {
                Dispose(true);
                GC.SuppressFinalize(this);
            }

            protected virtual void Dispose(bool disposing)
            {
                if (!disposing)
                    return;
                foreach (var (_, parameter) in _parameters_)
                    parameter?.Dispose();
                foreach (var (_, (tensor, _)) in _buffers_)
                    tensor?.Dispose();
                foreach (var (_, module) in _modules_)
                    module.Dispose();
            }

            private static void ClearGradient(Parameter parameter, bool setToNone)
            {
                if (setToNone)
                {
                    parameter.grad = null;
                    return;
                }
                using var gradient = parameter.grad;
                gradient?.detach_().zero_();
            }

            // Base classes first; reflection gives the fields of one class in the order of their declaration.
            private static IEnumerable<FieldInfo> Fields(Type type) =>
                type.BaseType is { } parent && parent != typeof(Module) && parent.Namespace != "TorchSharp"
                    ? Fields(parent).Concat(OwnFields(type))
                    : OwnFields(type);

            private static FieldInfo[] OwnFields(Type type) =>
                type.GetFields(BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly);
        }
    }
}
