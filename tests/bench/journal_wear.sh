#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Bytes that reach the device for each byte of records, on ext4 on a loop device.
# Needs root.
#
#     journal_wear.sh JOURNAL_WEAR_PROGRAM
set -eu
program=$1
work=$(mktemp -d)
truncate -s 400M "$work/image"
mkfs.ext4 -q -E lazy_itable_init=0,lazy_journal_init=0 "$work/image"
device=$(losetup -f --show "$work/image")
mkdir "$work/mount"
mount -o noatime "$device" "$work/mount"
trap 'umount "$work/mount"; losetup -d "$device"; rm -rf "$work"' EXIT
stat=/sys/block/$(basename "$device")/stat

measure() {
    sync -f "$work/mount"
    before=$(awk '{print $7}' "$stat")
    flushes=$(awk '{print $16}' "$stat")
    "$program" "$work/mount/$1-$2" "$1" "$2" > "$work/out"
    sync -f "$work/mount"
    after=$(awk '{print $7}' "$stat")
    awk -v per="$1" -v commits="$2" -v sectors=$((after - before)) \
        -v flushes=$(($(awk '{print $16}' "$stat") - flushes)) 'BEGIN {
        bytes = sectors * 512
        printf "%4d records a commit: %7.0f bytes a commit, ", per, bytes / commits
        printf "%.2f a record byte, ", bytes / (per * commits * 200)
        printf "%.2f flushes a commit\n", flushes / commits
    }'
    cat "$work/out"
    rm -rf "$work/mount/$1-$2"
}

measure 1 5000
measure 10 5000
measure 100 1000
