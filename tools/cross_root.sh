#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# A folder with Debian 12's libraries and headers for another architecture: what a cross
# build links and what qemu-user runs with.  Needs no root and leaves this machine's own
# packages alone.  The libraries' versions are in FOLDER/var/lib/dpkg.
#   tools/cross_root.sh arm64 FOLDER
#   EMGATE_MIRROR=URL    instead of http://deb.debian.org
set -euo pipefail
cd "$(dirname "$0")/.."
if [ $# -ne 2 ]; then
    echo "cross_root: usage: tools/cross_root.sh ARCHITECTURE FOLDER" >&2
    exit 64
fi
architecture=$1
mkdir -p "$2"
root=$(cd "$2" && pwd)
mirror=${EMGATE_MIRROR:-http://deb.debian.org}
keys=/usr/share/keyrings/debian-archive-keyring.gpg

# Libraries only; compilers and tools are this machine's.
mapfile -t packages < <(tools/packages.sh --names build test postgres kafka |
    grep -E '^lib|^zlib1g-dev$')
packages+=(tzdata)

apt=$root/var/apt
mkdir -p "$apt"/{state/lists/partial,cache/archives/partial,sources}
: >"$apt/status"
cat >"$apt/sources/debian.list" <<EOF
deb [signed-by=$keys] $mirror/debian bookworm main
deb [signed-by=$keys] $mirror/debian bookworm-updates main
deb [signed-by=$keys] $mirror/debian-security bookworm-security main
EOF
get() {
    apt-get -q -o APT::Architecture="$architecture" \
        -o APT::Architectures="$architecture" \
        -o Dir::State="$apt/state" -o Dir::State::status="$apt/status" \
        -o Dir::Cache="$apt/cache" -o Dir::Etc::sourcelist=/dev/null \
        -o Dir::Etc::sourceparts="$apt/sources" -o Dir::Etc::preferencesparts=/dev/null \
        -o Debug::NoLocking=1 -o APT::Sandbox::User="" "$@"
}
if ! get update >"$apt/log" 2>&1 ||
    ! get install -y --download-only --no-install-recommends "${packages[@]}" \
        >>"$apt/log" 2>&1; then
    tail -n 20 "$apt/log" >&2
    echo "cross_root: apt-get could not fetch the packages" >&2
    exit 69
fi

# As dpkg would, but its scripts: Debian 12's merged /usr, the files, who owns which.
# dpkg-shlibdeps finds an owner by the path as it sees it, so the lists name the folder.
info=$root/var/lib/dpkg/info
rm -rf "$root/usr" "$root/var/lib/dpkg"
mkdir -p "$root"/usr/{bin,sbin,lib} "$info" "$root/var/lib/dpkg/updates"
for name in bin sbin lib; do
    ln -sfn "usr/$name" "$root/$name"
done
for package in "$apt"/cache/archives/*.deb; do
    dpkg-deb --fsys-tarfile "$package" | tar -x --keep-directory-symlink -C "$root"
    name=$(dpkg-deb -f "$package" Package)
    {
        dpkg-deb -f "$package"
        printf 'Status: install ok installed\n\n'
    } >>"$root/var/lib/dpkg/status"
    case $(dpkg-deb -f "$package" Multi-Arch) in
    same) name+=":$architecture" ;;
    esac
    for part in shlibs symbols; do
        dpkg-deb -I "$package" "$part" >"$info/$name.$part" 2>/dev/null ||
            rm -f "$info/$name.$part"
    done
    dpkg-deb --fsys-tarfile "$package" | tar -t | sed -n 's,/$,,; s,^\.,,p' |
        sed -E "s,^/(lib|bin|sbin)/,/usr/\1/,; s,^,$root," >"$info/$name.list"
done
echo 1 >"$info/format"
# Links with the machine's own root in mind stay inside the folder.
find "$root/usr" -type l -lname '/*' -printf '%p\t%l\n' |
    while IFS=$'\t' read -r link to; do
        ln -sfn --relative "$root$to" "$link"
    done
echo "cross_root: $(grep -c ^Package: "$root/var/lib/dpkg/status") packages of" \
    "$architecture in $root"
