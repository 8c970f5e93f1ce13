#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Installs what is missing, builds (gcc, debug, warnings are errors), runs all tests.
#   ./test.sh                             all but the long ones
#   ./test.sh -L long                     the long ones: the demo
#   ./test.sh [arguments for ctest]       ./test.sh -R journal
#   PRESET=asan ./test.sh                 the same with another preset
set -euo pipefail
cd "$(dirname "$0")"
preset=${PRESET:-dev}
build=build/$preset

case "$preset" in
dev | gcc | coverage) tools/packages.sh build run test interop browser postgres kafka ;;
*) tools/packages.sh build run test lint postgres kafka ;;
esac

# The build file reruns cmake by itself when a CMakeLists.txt changes.
if [ ! -f "$build/build.ninja" ]; then
    cmake --preset "$preset" >/dev/null
fi
if ! nice ninja -C "$build" -k 20 --quiet >"$build/build.log" 2>&1; then
    cat "$build/build.log" >&2
    echo "test.sh: the build failed" >&2
    exit 1
fi
if [ $# -eq 0 ]; then
    set -- -LE long
fi
exec ctest --test-dir "$build" --output-on-failure -j "${JOBS:-$(nproc)}" "$@"
