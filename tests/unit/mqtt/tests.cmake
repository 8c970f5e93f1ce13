# SPDX-License-Identifier: Apache-2.0
unit_test(unit/mqtt/topic_form_test.c mqtt)
unit_test(unit/mqtt/link_test.c mqtt)
target_sources(unit_mqtt_link_test PRIVATE ${CMAKE_SOURCE_DIR}/tests/lib/broker.c
               ${CMAKE_SOURCE_DIR}/tests/lib/mqtt_raw.c)
