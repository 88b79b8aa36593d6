#!/bin/sh
# Builds artifacts/native/libdistributed_native.so when it is older than its sources; does nothing otherwise.
# DISTRIBUTED_TORCH names another libtorch than the system's.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
out="$here/../artifacts/native"
library="$out/libdistributed_native.so"

# Another libtorch than last time makes the library stale as well.
torch=${DISTRIBUTED_TORCH:-system}
if [ -f "$library" ] && [ "$(cat "$out/torch" 2>/dev/null)" = "$torch" ] &&
   [ -z "$(find "$here" -type f -newer "$library" -print -quit)" ]; then
  exit 0
fi

for tool in cmake g++; do
  command -v $tool >/dev/null || {
    echo "native: $tool is missing. Install it with: sudo apt-get install libtorch-dev libopenblas0-openmp cmake g++" >&2
    exit 1
  }
done

mkdir -p "$out/build"
# Two processes may build at once (parallel MSBuild nodes): the second waits and finds it done.
exec 9>"$out/lock"
if command -v flock >/dev/null; then flock 9; fi
if [ -f "$library" ] && [ "$(cat "$out/torch" 2>/dev/null)" = "$torch" ] &&
   [ -z "$(find "$here" -type f -newer "$library" -print -quit)" ]; then
  exit 0
fi
log="$out/build.log"
{
  [ "$(cat "$out/torch" 2>/dev/null)" = "$torch" ] || rm -rf "$out/build"
  cmake -S "$here" -B "$out/build" -DCMAKE_BUILD_TYPE=Release &&
  cmake --build "$out/build" --parallel "$(nproc)"
} >"$log" 2>&1 9>&- || {
  grep -E -A4 'error|Error' "$log" >&2 || tail -n 30 "$log" >&2
  echo "native: the build failed; the whole output is in $log. Needed: libtorch-dev libopenblas0-openmp cmake g++ (apt), or DISTRIBUTED_TORCH=DIR" >&2
  exit 1
}
printf '%s\n' "$torch" >"$out/torch"
# A copy and a rename: a process that has the old library loaded keeps it.
cp "$out/build/libdistributed_native.so" "$library.new"
mv "$library.new" "$library"
