# SPDX-License-Identifier: Apache-2.0
foreach(name backoff ack_write ack_gate host_state intake connection mqtt_client paho_trace source)
  unit_test(unit/source/${name}_test.c test_mqtt)
endforeach()
