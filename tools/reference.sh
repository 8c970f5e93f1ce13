#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Makes docs/reference/*.md anew: the first line of each says which command prints it.
#   tools/reference.sh [BUILD]     default: build/dev
set -euo pipefail
cd "$(dirname "$0")/.."
bin=${1:-build/dev}/bin

for page in docs/reference/*.md; do
    first=$(head -n 1 "$page")
    command=$(sed -n 's/^<!-- made by: \(emgate[^>]*\) -->$/\1/p' <<<"$first")
    if [ -z "$command" ]; then
        echo "reference: '$page' does not say which command makes it" >&2
        exit 65
    fi
    # shellcheck disable=SC2086  # the command is split into words on purpose
    { echo "$first" && "$bin"/$command; } >"$page.new"
    mv "$page.new" "$page"
    echo "reference: $page by $command"
done
