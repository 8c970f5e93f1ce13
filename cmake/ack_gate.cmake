# SPDX-License-Identifier: Apache-2.0
# The ack gate (gateway/source/ack_gate.h): catches Paho's own calls with the linker.
# It needs Paho as a static library whose MQTTProtocolClient object calls
# MQTTPacket_send_puback in another object; checked here.  Without it the source
# waits for each message inside Paho's callback.
option(EMGATE_ACK_GATE "Acknowledge in groups by wrapping Paho's send-PUBACK" ON)
if(EMGATE_ACK_GATE)
  execute_process(COMMAND ${CMAKE_NM} -A ${PAHO_STATIC}
                  OUTPUT_VARIABLE paho_symbols ERROR_QUIET)
  foreach(symbol
      "MQTTProtocolClient[^\n]* U MQTTPacket_send_puback"
      "MQTTPacket[^\n]* T MQTTPacket_send_puback"
      " D mqttasync_mutex" "Socket[^\n]* U writev" "SSLSocket[^\n]* U SSL_write")
    if(NOT paho_symbols MATCHES "${symbol}")
      message(WARNING "ack gate: ${PAHO_STATIC} lacks '${symbol}'; built without the gate")
      set(EMGATE_ACK_GATE OFF)
    endif()
  endforeach()
endif()
# Named as wanted, since the library that calls them may come behind this one.
target_link_options(source PUBLIC LINKER:--undefined=__wrap_writev)
# ack_write.c stands in the way of these two and changes nothing unless the gate asks.
target_link_options(source PUBLIC LINKER:--wrap=writev LINKER:--wrap=SSL_write)
if(EMGATE_ACK_GATE)
  target_compile_definitions(source PRIVATE EMGATE_ACK_GATE)
  target_link_options(source PUBLIC LINKER:--wrap=MQTTPacket_send_puback
    LINKER:--undefined=__wrap_MQTTPacket_send_puback)
endif()
# paho_trace.c; named as wanted, since nothing of ours calls it.
target_link_options(source PUBLIC LINKER:--undefined=__wrap_StackTrace_entry
  LINKER:--wrap=StackTrace_entry LINKER:--wrap=StackTrace_exit)
