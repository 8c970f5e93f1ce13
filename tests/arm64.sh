#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Cross-builds for arm64 and runs unit and contract tests under qemu-user.  From nothing:
# 20 minutes of processor time and 1 GB; later only what changed.
#   tests/arm64.sh                     all of them
#   tests/arm64.sh unit_core_ contract_    those whose names begin so
# Left out: the registry's store on PostgreSQL, whose test starts programs from Python.
#   EMGATE_CROSS_ROOT=FOLDER           where tools/cross_root.sh has been or goes to
set -euo pipefail
cd "$(dirname "$0")/.."
build=build/arm64
root=${EMGATE_CROSS_ROOT:-$PWD/build/arm64-root}

tools/packages.sh build test cross
if [ ! -e "$root/var/lib/dpkg/status" ]; then
    tools/cross_root.sh arm64 "$root"
fi
if [ ! -f "$build/build.ninja" ]; then
    cmake -S . -B "$build" -G Ninja -DCMAKE_TOOLCHAIN_FILE=cmake/arm64.cmake \
        -DEMGATE_CROSS_ROOT="$root" -DEMGATE_WERROR=ON >/dev/null
fi
if [ $# -eq 0 ]; then
    targets=unit_tests
    pattern='^(unit|contract)_'
else
    pattern="^($(IFS='|' && echo "$*"))"
    targets=$(ctest --test-dir "$build" -N -R "$pattern" | sed -n 's/.*: \(.*_.*\)/\1/p')
fi
# shellcheck disable=SC2086  # the list is split into words on purpose
if ! nice ninja -C "$build" -k 20 --quiet $targets >"$build/build.log" 2>&1; then
    tail -n 60 "$build/build.log" >&2
    exit 1
fi
exec ctest --test-dir "$build" --output-on-failure -j "${JOBS:-$(nproc)}" -R "$pattern" \
    -E '^contract_store_postgres$'
