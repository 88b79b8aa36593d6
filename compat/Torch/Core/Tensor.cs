using System.Diagnostics;
using TorchSharp.Native;

namespace TorchSharp;

public static partial class torch
{
    /// <summary>A handle to a tensor of libtorch. Dispose it, or create it in a dispose scope.</summary>
    public partial class Tensor : IDisposable
    {
        private nint _handle;
        private HandleGuard? _guard;

        /// <summary>Takes over one reference; the tensor joins the current dispose scope.</summary>
        internal Tensor(nint handle)
        {
            Debug.Assert(handle != 0, "undefined tensors are null in C#");
            _handle = handle;
            if (DisposeScope.Current is { } scope)
                scope.Take(this);
            else
                _guard = new HandleGuard(handle);
        }

        /// <summary>Takes over one reference, with the finalizer's net only: for objects that outlive scopes.</summary>
        internal Tensor(nint handle, bool scoped)
        {
            Debug.Assert(!scoped);
            _handle = handle;
            _guard = new HandleGuard(handle);
        }

        /// <summary>The tensor's scope, and where it stands in the scope's list.</summary>
        internal DisposeScope? Scope { get; set; }

        internal int ScopeSlot { get; set; }

        /// <summary>The handle, or an exception when it was disposed.</summary>
        internal nint Live => _handle != 0 ? _handle : throw new ObjectDisposedException(nameof(Tensor), "the tensor was disposed");

        public IntPtr Handle => Live;

        public bool IsInvalid => _handle == 0;

        public Tensor alias() => new(NativeMethods.dt_retain(Live));

        public void Dispose()
        {
            Dispose(true);
            GC.SuppressFinalize(this);
        }

        protected virtual void Dispose(bool disposing)
        {
            if (_handle == 0)
                return;
            Scope?.Forget(this);
            Release();
        }

        /// <summary>Releases the handle without telling the scope, which is the caller.</summary>
        internal void Release()
        {
            Scope = null;
            if (_handle == 0)
                return;
            _guard?.Dispose();
            _guard = null;
            NativeMethods.dt_release(_handle);
            _handle = 0;
        }

        /// <summary>Puts the tensor under another scope, or under none and then under the finalizer's net.</summary>
        internal void MoveTo(DisposeScope? scope)
        {
            if (ReferenceEquals(scope, Scope))
                return;
            Scope?.Forget(this);
            Scope = null;
            if (scope is not null)
            {
                _guard?.Dispose();
                _guard = null;
                scope.Take(this);
            }
            else
            {
                _guard ??= new HandleGuard(Live);
            }
        }

        public Tensor DetachFromDisposeScope()
        {
            MoveTo(null);
            return this;
        }

        public Tensor MoveToOuterDisposeScope()
        {
            if (Scope is { } scope)
                MoveTo(scope.Outer);
            return this;
        }

        public Tensor MoveToOtherDisposeScope(DisposeScope? other)
        {
            MoveTo(other);
            return this;
        }

        public Tensor MoveToOtherDisposeScope(Tensor other)
        {
            MoveTo(other.Scope);
            return this;
        }

        public override bool Equals(object? obj) => obj is Tensor other && Equals(other);

        public bool Equals(Tensor target) => target is not null && (ReferenceEquals(this, target) || equal(target).ToBoolean());

        public override int GetHashCode() => base.GetHashCode();
    }
}
