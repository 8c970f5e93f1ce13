# SPDX-License-Identifier: Apache-2.0
# One line a reader; the function is in tests/CMakeLists.txt.
fuzz_target(number_fuzz core)
fuzz_target(timetext_fuzz core)
fuzz_target(config_fuzz config)
fuzz_target(node_fuzz node SEEDS fuzz/seeds/config_fuzz)
fuzz_target(submit_fuzz registry_lib)
fuzz_target(receipts_fuzz sinks)
