# SPDX-License-Identifier: Apache-2.0
foreach(name bridge carry place readings remote)
  unit_test(unit/bridge/${name}_test.c bridge journal_rig)
  target_sources(unit_bridge_${name}_test PRIVATE ${CMAKE_SOURCE_DIR}/tests/lib/bridge_rig.c)
endforeach()
target_sources(unit_bridge_remote_test PRIVATE ${CMAKE_SOURCE_DIR}/tests/lib/broker.c
               ${CMAKE_SOURCE_DIR}/tests/lib/mqtt_raw.c)
unit_test(unit/bridges_test.c boot journal_rig)

# The whole, with two brokers.
add_test(NAME system_bridge COMMAND ${PYTHON3}
         ${CMAKE_SOURCE_DIR}/tests/system/bridge/bridge_test.py)
set_tests_properties(system_bridge PROPERTIES TIMEOUT 300
  ENVIRONMENT "EMGATE_BIN=${CMAKE_RUNTIME_OUTPUT_DIRECTORY}")
