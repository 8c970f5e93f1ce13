#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Debian's changelog for a version, dated by SOURCE_DATE_EPOCH: a build can be repeated.
set -e
date=$(LC_ALL=C date -u -R -d "@${SOURCE_DATE_EPOCH:-1767225600}")
printf 'emgate (%s-1) bookworm; urgency=medium\n\n  * See CHANGELOG.md.\n\n' "$1"
printf ' -- emgate maintainers <maintainers@emgate.invalid>  %s\n' "$date"
