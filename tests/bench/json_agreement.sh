#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The JSON tokenizer against jansson on COUNT documents made and damaged at random.
#   tests/bench/json_agreement.sh [COUNT [SEED]]      default: 10000000, 1
# BUILD names the build (default build/dev); a disagreement prints its document.
set -euo pipefail
cd "$(dirname "$0")/../.."
build=${BUILD:-build/dev}
nice ninja -C "$build" --quiet unit_adapters_tape_jansson_test
export EMGATE_DOCUMENTS=${1:-10000000} EMGATE_SEED=${2:-1}
time "$build/bin/unit_adapters_tape_jansson_test" --jobs 1 --verbose=0
