#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# clang-tidy-14 with the root .clang-tidy; exit 1 when it finds something.
#   tools/lint.sh              files changed since the main branch
#   tools/lint.sh --all        every C file
#   tools/lint.sh FILE...      these
# Flags come from the clang preset's compile commands.  JOBS (default 2) run side by side.
set -euo pipefail
cd "$(dirname "$0")/.."

changed_files() {
    local base
    base=$(git merge-base HEAD origin/main 2>/dev/null || true)
    if [ -z "$base" ] || [ "$base" = "$(git rev-parse HEAD)" ]; then
        # On the main branch itself: what the last commit changed.
        base=$(git rev-parse -q --verify HEAD~1 || true)
    fi
    {
        [ -z "$base" ] || git diff --name-only --diff-filter=d "$base"
        git ls-files --others --exclude-standard
    } | sort -u
}

if [ "${1:-}" = "--all" ]; then
    files=$(git ls-files '*.c')
elif [ $# -gt 0 ]; then
    files=$(printf '%s\n' "$@")
else
    files=$(changed_files)
fi
files=$(grep -E '^(gateway|registry|adapters|tests)/.*\.c$' <<<"$files" || true)

if [ ! -f build/clang/build.ninja ]; then
    cmake --preset clang >/dev/null
fi
ninja -C build/clang proto >/dev/null # the headers that protoc-c makes

# Only what the build knows has flags; files of other builds (fuzz) come with theirs.
known=()
for file in $files; do
    if [ -f "$file" ] && grep -q "\"$PWD/$file\"" build/clang/compile_commands.json; then
        known+=("$file")
    fi
done
if [ ${#known[@]} -eq 0 ]; then
    echo "lint: nothing to look at"
    exit 0
fi
tidy="nice clang-tidy-14 -quiet -p build/clang"
# shellcheck disable=SC2086  # the command is split into words on purpose
if printf '%s\0' "${known[@]}" | xargs -0 -n 1 -P "${JOBS:-2}" $tidy 2>/dev/null; then
    echo "lint: ${#known[@]} files, nothing found"
else
    echo "lint: ${#known[@]} files, see above" >&2
    exit 1
fi
