#!/bin/sh
# Builds the compiled packages in place; only what changed is compiled again.
# Usage: tools/build.sh [routing|roads|all] [Debug|Release]
set -eu
package=${1:-all}
build_type=${2:-Release}
root=$(cd "$(dirname "$0")/.." && pwd)
python=${PYTHON:-"$root/.venv/bin/python"}
build=$root/build/dev-$build_type
# The environment brings cmake and ninja for machines that have neither.
PATH=$(dirname "$python"):$PATH
export PATH

packages=$package
if [ "$package" = all ]; then
  packages=$(cd "$root/src/cpp" && for file in */bindings.cpp; do dirname "$file"; done)
fi
cmake -S "$root" -B "$build" -DCMAKE_BUILD_TYPE="$build_type" \
  -DPython_EXECUTABLE="$python" -Dnanobind_DIR="$("$python" -m nanobind --cmake_dir)" >/dev/null
for each in $packages; do
  cmake --build "$build" --target "${each}_core" -j"$(getconf _NPROCESSORS_ONLN)"
  # A module that a running process has mapped must not be overwritten in place: write beside it and move.
  for module in "$build/$each/"_core*.so; do
    target=$root/src/milkfloat/$each/$(basename "$module")
    if ! cmp -s "$module" "$target"; then
      cp "$module" "$target.new"
      mv "$target.new" "$target"
    fi
  done
done
