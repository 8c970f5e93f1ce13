#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Installs the Debian 12 packages that are missing, by group; prints one line.
#   tools/packages.sh build run test interop browser lint postgres kafka
#   tools/packages.sh docker cross release      for what is done by hand
# Without arguments: build run test.  --names first: prints the names, installs nothing.
set -euo pipefail

declare -A packages
packages[build]="ca-certificates cmake gcc libc6-dev libcurl4-openssl-dev
    libgnutls28-dev libjansson-dev libjs-chart.js libmicrohttpd-dev libpaho-mqtt-dev
    libprotobuf-c-dev libsodium-dev libsqlite3-dev libssl-dev libudunits2-dev
    libxlsxwriter-dev libyaml-dev libzstd-dev ninja-build pkg-config protobuf-c-compiler
    zlib1g-dev"
packages[run]="mosquitto"
packages[test]="binutils clang-format-14 curl dpkg-dev git jq libcriterion-dev
    libmosquitto-dev minisign mosquitto mosquitto-clients mosquitto-dev python3"
packages[postgres]="libpq-dev postgresql"
packages[kafka]="librdkafka-dev"
packages[docker]="debootstrap docker-compose docker.io iptables lintian"
packages[cross]="dpkg-dev gcc-aarch64-linux-gnu lintian qemu-user-static"
packages[release]="dpkg-dev git minisign python3"
packages[interop]="mosquitto mosquitto-clients nodejs npm"
packages[browser]="chromium chromium-driver npm"
packages[lint]="clang-14 clang-tidy-14 clang-tools-14 git libclang-rt-14-dev llvm-14"

wanted=""
names=""
if [ "${1:-}" = --names ]; then
    names=1
    shift
fi
if [ $# -eq 0 ]; then
    set -- build run test
fi
for group in "$@"; do
    if [ -z "${packages[$group]:-}" ]; then
        echo "packages: no group '$group'; there are: ${!packages[*]}" >&2
        exit 64
    fi
    wanted+=" ${packages[$group]}"
done

if [ -n "$names" ]; then
    # shellcheck disable=SC2086  # lists are split into words on purpose
    printf '%s\n' $wanted | sort -u
    exit 0
fi

missing=""
count=0
# shellcheck disable=SC2086  # lists are split into words on purpose
for package in $(printf '%s\n' $wanted | sort -u); do
    count=$((count + 1))
    # Other builds of node bring an npm of their own, which the package would replace.
    if [ "$package" = npm ] && command -v npm >/dev/null; then
        continue
    fi
    state=$(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null || true)
    if [ "$state" != installed ]; then
        missing+=" $package"
    fi
done
if [ -z "$missing" ]; then
    echo "packages: all $count are there"
    exit 0
fi

as_root=""
if [ "$(id -u)" -ne 0 ]; then
    if ! command -v sudo >/dev/null; then
        echo "packages: missing:$missing; run this as root, or install sudo" >&2
        exit 69
    fi
    as_root="sudo"
fi
log=$(mktemp)
trap 'rm -f "$log"' EXIT
install() {
    # shellcheck disable=SC2086  # the list is split into words on purpose
    $as_root env DEBIAN_FRONTEND=noninteractive apt-get "$@" </dev/null >>"$log" 2>&1
}
# shellcheck disable=SC2086
if ! install update -q || ! install install -q -y --no-install-recommends $missing; then
    tail -n 20 "$log" >&2
    echo "packages: apt-get could not install:$missing" >&2
    exit 69
fi
echo "packages: installed$missing"
