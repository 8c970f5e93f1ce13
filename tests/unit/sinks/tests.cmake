# SPDX-License-Identifier: Apache-2.0
# sink_test(source): with what a sink needs around it, and an outbox in memory.
set(sink_rig ${CMAKE_SOURCE_DIR}/tests/lib/fake_outbox.c
    ${CMAKE_SOURCE_DIR}/tests/lib/sink_rig.c ${CMAKE_SOURCE_DIR}/tests/lib/far_side.c
    ${CMAKE_SOURCE_DIR}/tests/lib/envelopes.c ${CMAKE_SOURCE_DIR}/tests/lib/upstream.c
    ${CMAKE_SOURCE_DIR}/tests/lib/mqtt_raw.c)
function(sink_test source)
  unit_test(${source} sinks PkgConfig::jansson)
  string(REPLACE "/" "_" name ${source})
  string(REGEX REPLACE "\\.c$" "" name ${name})
  target_sources(${name} PRIVATE ${sink_rig})
endfunction()
sink_test(unit/sinks/forward_test.c)
sink_test(unit/sinks/receipts_test.c)
sink_test(unit/sinks/http_test.c)
sink_test(unit/sinks/file_test.c)
sink_test(unit/sinks/mqtt_test.c)
sink_test(contract/sink_contract_test.c)
thread_test(unit/sinks/forward_thread_test.c sinks)
target_sources(unit_sinks_forward_thread_test
               PRIVATE ${CMAKE_SOURCE_DIR}/tests/lib/fake_outbox.c)
