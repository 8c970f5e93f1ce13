# SPDX-License-Identifier: Apache-2.0
# Programs against real servers, each with servers of its own on free ports.
add_library(test_mqtt STATIC ${CMAKE_SOURCE_DIR}/tests/lib/broker.c
            ${CMAKE_SOURCE_DIR}/tests/lib/mqtt_raw.c
            ${CMAKE_SOURCE_DIR}/tests/lib/collector.c
            ${CMAKE_SOURCE_DIR}/tests/lib/fake_broker.c)
target_link_libraries(test_mqtt PUBLIC source)
target_include_directories(test_mqtt PUBLIC ${CMAKE_SOURCE_DIR}/tests/lib)
target_compile_definitions(test_mqtt PRIVATE TEST_DATA="${CMAKE_SOURCE_DIR}/tests")
unit_test(system/source_test.c test_mqtt)
