#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Makes the release of the last commit twice, in different folders, one after the other,
# with another umask, time zone, language and home, and compares every byte.  Then twice
# without the flags that take folders' names out: this must be noticed.  About 6 minutes
# of processor time.
#   tests/reproducible.sh [--architectures "amd64 arm64"] [--cross-root FOLDER]
set -euo pipefail
cd "$(dirname "$0")/.."
checkout=$PWD
options=("$@")
export CCACHE_DISABLE=1 # or the second build would repeat the first one's answers
work=$(mktemp -d /var/tmp/emgate-reproducible-XXXXXX)
trap 'chmod -R u+w "$work"; rm -rf "$work"' EXIT

clone() {
    git clone -q "file://$checkout" "$1"
}

# Makes a release from the clone $1 into $2.
release() {
    local clone=$1 out=$2
    shift 2
    mkdir -p "$clone.tmp"
    TMPDIR=$clone.tmp "$clone/tools/release.sh" "$@" "$out" >"$out.log" 2>&1 ||
        { tail -n 30 "$out.log" >&2 && exit 1; }
}

# Both releases' files, by name, that differ.
differing() {
    diff -rq "$1" "$2" | sed -n 's/^Files \(.*\) and .* differ$/\1/p; s/^Only in/&/p' |
        xargs -r -n1 basename
}

here=$work/one
there=$work/another/folder/with/a/longer/name
mkdir -p "$(dirname "$there")" "$work/home"
clone "$here"
clone "$there"
release "$here" "$work/first" "${options[@]}"
echo "reproducible: made once"
(
    umask 077
    export TZ=Asia/Karachi LANG=C.UTF-8 HOME=$work/home
    find "$there" -type f -not -path '*/.git/*' -exec touch {} +
    release "$there" "$work/second" "${options[@]}"
)
found=$(differing "$work/first" "$work/second")
if [ -n "$found" ]; then
    echo "reproducible: these differ:" "$found"
    exit 1
fi
echo "reproducible: $(find "$work/first" -type f | wc -l) files, all the same:"
(cd "$work/first" && sha256sum -- *)

# ---- does it see a difference? ----

for clone in "$here" "$there"; do
    sed -i '/^if(EMGATE_INSTALLED)/,/^endif()/d' "$clone/cmake/compiler.cmake"
    GIT_COMMITTER_DATE=2026-01-01T00:00:00Z GIT_AUTHOR_DATE=2026-01-01T00:00:00Z \
        git -C "$clone" -c user.name=test -c user.email=test@invalid \
        commit -qam "no prefix map"
done
release "$here" "$work/third" --architectures "$(dpkg --print-architecture)"
release "$there" "$work/fourth" --architectures "$(dpkg --print-architecture)"
found=$(differing "$work/third" "$work/fourth")
if ! grep -q '\.deb$' <<<"$found" || grep -q '\.tar\.gz$' <<<"$found"; then
    echo "reproducible: folders' names in the programs were not noticed:" "$found"
    exit 1
fi
echo "reproducible: without the flags it differs, as it should:" "$found"
