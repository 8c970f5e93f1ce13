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
sink_test(unit/sinks/http_registry_test.c)
sink_test(unit/sinks/http_json_test.c)
sink_test(unit/sinks/reconcile_test.c)
sink_test(unit/sinks/file_test.c)
sink_test(unit/sinks/mqtt_test.c)
unit_test(unit/sinks/pack_test.c sinks)
unit_test(unit/registry/coding_test.c registry_lib sinks)
sink_test(contract/sink_contract_test.c)
thread_test(unit/sinks/forward_thread_test.c sinks)
target_sources(unit_sinks_forward_thread_test
               PRIVATE ${CMAKE_SOURCE_DIR}/tests/lib/fake_outbox.c)

# With servers of their own.
if(libpq_FOUND)
  sink_test(unit/sinks/postgres/postgres_test.c)
  set_tests_properties(unit_sinks_postgres_postgres_test PROPERTIES DISABLED ON)
  add_test(NAME sinks_postgres COMMAND ${PYTHON3}
           ${CMAKE_SOURCE_DIR}/tests/lib/with_postgres.py
           $<TARGET_FILE:unit_sinks_postgres_postgres_test>
           $<TARGET_FILE:contract_sink_contract_test>)
  set_tests_properties(sinks_postgres PROPERTIES TIMEOUT 120 SKIP_RETURN_CODE 77)
  add_test(NAME system_sink_postgres COMMAND ${PYTHON3}
           ${CMAKE_SOURCE_DIR}/tests/system/sinks/postgres_test.py)
  set_tests_properties(system_sink_postgres PROPERTIES TIMEOUT 300 SKIP_RETURN_CODE 77
    ENVIRONMENT "EMGATE_BIN=${CMAKE_RUNTIME_OUTPUT_DIRECTORY}")
endif()
if(rdkafka_FOUND)
  sink_test(unit/sinks/kafka/kafka_test.c)
  foreach(name unit_sinks_kafka_kafka_test contract_sink_contract_test)
    target_sources(${name} PRIVATE ${CMAKE_SOURCE_DIR}/tests/lib/kafka_cluster.c)
  endforeach()
endif()
add_test(NAME system_sink_packed COMMAND ${PYTHON3}
         ${CMAKE_SOURCE_DIR}/tests/system/sinks/packed_test.py)
set_tests_properties(system_sink_packed PROPERTIES TIMEOUT 300
  ENVIRONMENT "EMGATE_BIN=${CMAKE_RUNTIME_OUTPUT_DIRECTORY}")
