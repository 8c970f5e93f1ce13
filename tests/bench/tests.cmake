# SPDX-License-Identifier: Apache-2.0
# Benchmarks are built with the rest and run by hand: tests/bench/*.py.
foreach(name bench_publisher bench_counter)
  add_executable(${name} ${CMAKE_SOURCE_DIR}/tests/bench/${name}.c
                 ${CMAKE_SOURCE_DIR}/tests/lib/mqtt_raw.c)
  target_link_libraries(${name} PRIVATE core)
  target_include_directories(${name} PRIVATE ${CMAKE_SOURCE_DIR}/tests/lib)
endforeach()
add_executable(bench_counter_paho ${CMAKE_SOURCE_DIR}/tests/bench/bench_counter_paho.c)
target_include_directories(bench_counter_paho PRIVATE ${CMAKE_SOURCE_DIR}/tests/lib)
target_link_libraries(bench_counter_paho PRIVATE core paho)
add_executable(bench_json ${CMAKE_SOURCE_DIR}/tests/bench/bench_json.c)
target_link_libraries(bench_json PRIVATE decode PkgConfig::jansson)

# Load for a registry; a small one is a test that it works, figures are in docs/scaling.md.
add_executable(registry_load ${CMAKE_SOURCE_DIR}/tests/bench/registry_load.c)
target_link_libraries(registry_load PRIVATE evidence)
add_test(NAME bench_registry_load COMMAND ${PYTHON3}
         ${CMAKE_SOURCE_DIR}/tests/bench/registry_load.py $<TARGET_FILE:registry_load>
         $<TARGET_FILE:emgate-registry> sqlite 20 48 24)
set_tests_properties(bench_registry_load PROPERTIES TIMEOUT 120)
add_executable(evidence_cost ${CMAKE_SOURCE_DIR}/tests/bench/evidence_cost.c)
target_link_libraries(evidence_cost PRIVATE boot)
