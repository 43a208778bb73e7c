#!/bin/sh
# Builds one compiled package (routing or roads) in place, for work on the C++ sources.
# Usage: tools/build.sh routing [Debug]
set -eu
package=$1
build_type=${2:-Release}
root=$(cd "$(dirname "$0")/.." && pwd)
python=${PYTHON:-"$root/.venv/bin/python"}
cmake -S "$root" -B "$root/build/dev-$build_type" -DCMAKE_BUILD_TYPE="$build_type" \
  -DPython_EXECUTABLE="$python" -Dnanobind_DIR="$("$python" -m nanobind --cmake_dir)" >/dev/null
cmake --build "$root/build/dev-$build_type" --target "${package}_core" -j2
cp "$root/build/dev-$build_type/$package/"_core*.so "$root/src/milkfloat/$package/"
