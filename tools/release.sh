#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Makes a release of the last commit into a folder: source archive, Debian packages,
# bills of materials, checksums, signature.  Packages are built from what the archive
# holds; the same commit gives the same bytes (tests/reproducible.sh).
#   tools/release.sh [options] FOLDER        FOLDER is new or empty
#     --key FILE            minisign's secret key, kept outside the checkout
#     --architectures LIST  "amd64 arm64" when not given
#     --cross-root FOLDER   of tools/cross_root.sh, made when it is not there
set -euo pipefail
cd "$(dirname "$0")/.."
source=$PWD
key=""
architectures="amd64 arm64"
roots=""

fail() {
    echo "release: $2" >&2
    exit "$1"
}
while [ $# -gt 1 ]; do
    case "$1" in
    --key) key=$(realpath -e "$2") ;;
    --architectures) architectures=$2 ;;
    --cross-root) roots=$(realpath -m "$2") ;;
    *) fail 64 "no option '$1'" ;;
    esac
    shift 2
done
[ $# -eq 1 ] || fail 64 "usage: tools/release.sh [options] FOLDER"
mkdir -p "$1"
out=$(cd "$1" && pwd)
[ -z "$(ls -A "$out")" ] || fail 73 "$out is not empty"
case "$key" in
"$source"/*) fail 77 "the key is in the checkout; keep it elsewhere" ;;
esac
[ -z "$(git status --porcelain)" ] || fail 65 "there are changes that no commit has"

groups="build postgres kafka release"
[ "$architectures" = "$(dpkg --print-architecture)" ] || groups+=" cross"
# shellcheck disable=SC2086  # the list is split into words on purpose
tools/packages.sh $groups

version=$(cat VERSION)
grep -q "^## $version\b" CHANGELOG.md || fail 65 "CHANGELOG.md has no '## $version'"
SOURCE_DATE_EPOCH=$(git log -1 --format=%ct)
export SOURCE_DATE_EPOCH LC_ALL=C TZ=UTC0
umask 022
unset EMGATE_DATA_DIR CFLAGS CPPFLAGS LDFLAGS
work=$(mktemp -d "${TMPDIR:-/var/tmp}/emgate-release-XXXXXX")
trap 'rm -rf "$work"' EXIT

# ---- the source archive ----

name=emgate-$version
git -c tar.umask=0022 archive --format=tar --prefix="$name/" HEAD |
    gzip -9n >"$out/$name.tar.gz"
tar -xf "$out/$name.tar.gz" -C "$work"
echo "release: $name of $(git rev-parse --short HEAD)"

# ---- packages and their bills ----

host=$(dpkg --print-architecture)
for architecture in $architectures; do
    build=$work/$architecture
    root=""
    options=()
    if [ "$architecture" != "$host" ]; then
        [ -f "cmake/$architecture.cmake" ] || fail 64 "no cmake/$architecture.cmake"
        root=${roots:-$work/root-$architecture}
        [ -e "$root/var/lib/dpkg/status" ] || tools/cross_root.sh "$architecture" "$root"
        options=(-DCMAKE_TOOLCHAIN_FILE="cmake/$architecture.cmake"
            -DEMGATE_CROSS_ROOT="$root")
    fi
    if ! {
        cmake -S "$work/$name" -B "$build" -G Ninja -DCMAKE_BUILD_TYPE=Release \
            -DCMAKE_INSTALL_PREFIX=/usr -DEMGATE_INSTALLED=ON -DBUILD_TESTING=OFF \
            "${options[@]}" && ninja -C "$build" && (cd "$build" && cpack)
    } >"$work/log" 2>&1; then
        tail -n 40 "$work/log" >&2
        fail 70 "the build for $architecture failed"
    fi
    mv "$build"/*.deb "$out"
    tools/sbom.py "$build" --root "$root" >"$out/${name}_$architecture.cdx.json"
done

# ---- checksums, signature ----

(cd "$out" && sha256sum -- * >"$work/SHA256SUMS" && mv "$work/SHA256SUMS" .)
if [ -n "$key" ]; then
    minisign -S -s "$key" -m "$out/SHA256SUMS" -c "emgate $version" \
        -t "emgate $version, SHA256SUMS" >/dev/null
    echo "release: signed; to check: minisign -V -p emgate.pub -m SHA256SUMS"
else
    echo "release: not signed; --key FILE signs"
fi
(cd "$out" && sha256sum --quiet -c SHA256SUMS)
echo "release: $(find "$out" -type f | wc -l) files in $out"
