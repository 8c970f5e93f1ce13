# SPDX-License-Identifier: Apache-2.0
# One line a reader; the function is in tests/CMakeLists.txt.
fuzz_target(number_fuzz core)
fuzz_target(timetext_fuzz core)
fuzz_target(config_fuzz config)
fuzz_target(node_fuzz node SEEDS fuzz/seeds/config_fuzz)
fuzz_target(submit_fuzz registry_lib)
fuzz_target(receipts_fuzz sinks)
fuzz_target(native_fuzz decode)
fuzz_target(sparkplug_fuzz decode)
fuzz_target(influx_fuzz decode SEEDS vectors/influx-line)
fuzz_target(csv_fuzz decode)
fuzz_target(hj212_fuzz decode)
fuzz_target(senml_fuzz decode SEEDS vectors/senml vectors/hostile/senml-cbor-huge-array vectors/hostile/senml-cbor-nesting)
