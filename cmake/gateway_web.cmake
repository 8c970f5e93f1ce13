# SPDX-License-Identifier: Apache-2.0
# The gateway's page and Debian's chart library, built into the binary.
find_file(CHART_JS chart.min.js PATHS /usr/share/javascript/chart.js REQUIRED)
file(GLOB gateway_web CONFIGURE_DEPENDS
     ${CMAKE_SOURCE_DIR}/gateway/web/*.html ${CMAKE_SOURCE_DIR}/gateway/web/*.css
     ${CMAKE_SOURCE_DIR}/gateway/web/*.js ${CMAKE_SOURCE_DIR}/gateway/web/*.svg)
list(APPEND gateway_web ${CHART_JS})
add_custom_command(
  OUTPUT ${CMAKE_BINARY_DIR}/gateway_web.c
  COMMAND ${CMAKE_COMMAND} -DOUT=${CMAKE_BINARY_DIR}/gateway_web.c -DHEADER=web/files.h
          "-DFILES=${gateway_web}" -P ${CMAKE_SOURCE_DIR}/cmake/embed.cmake
  DEPENDS ${gateway_web} ${CMAKE_SOURCE_DIR}/cmake/embed.cmake VERBATIM
  COMMENT "Embedding gateway/web")
target_sources(boot PRIVATE ${CMAKE_BINARY_DIR}/gateway_web.c)
