#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Changes the methods one constant, sign or operator at a time and sees whether a test
# notices.  Lists the changes that none did; exit code 1 when there are any that
# tests/mutation.txt does not excuse.
#
#     tests/mutation.sh [--tables] [--sample=N] [BUILD-DIR] [FAMILY...]
#     tests/mutation.sh build chp pfc
#     tests/mutation.sh --sample=50 build      one change in fifty, as CI does
#
# BUILD-DIR (default: build) holds a finished build: its libraries are linked.  Units,
# defaults and limits in the tables are changed with --tables only: the reference page and
# its test hold them word for word.
set -eu
cd "$(dirname "$0")/.."
exec python3 tests/mutation.py "$@"
