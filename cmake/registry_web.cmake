# SPDX-License-Identifier: Apache-2.0
# The registry's page and API description, built into its library.
target_include_directories(registry_lib PUBLIC ${CMAKE_SOURCE_DIR})
find_file(CHART_JS chart.min.js PATHS /usr/share/javascript/chart.js REQUIRED)
file(GLOB registry_web CONFIGURE_DEPENDS
     ${CMAKE_SOURCE_DIR}/registry/web/*.html ${CMAKE_SOURCE_DIR}/registry/web/*.css
     ${CMAKE_SOURCE_DIR}/registry/web/*.js)
# What both pages have in common, and the values to compare with.
foreach(name calendar.js charts.js dom.js format.js icon.svg parts.css style.css)
  list(APPEND registry_web ${CMAKE_SOURCE_DIR}/gateway/web/${name})
endforeach()
list(APPEND registry_web ${CHART_JS} ${CMAKE_SOURCE_DIR}/registry/openapi.yaml
     ${CMAKE_SOURCE_DIR}/config/factors/cbam-defaults-pk.yaml
     ${CMAKE_SOURCE_DIR}/config/factors/cbam-benchmarks.yaml)
add_custom_command(
  OUTPUT ${CMAKE_BINARY_DIR}/registry_web.c
  COMMAND ${CMAKE_COMMAND} -DOUT=${CMAKE_BINARY_DIR}/registry_web.c -DHEADER=registry/web.h
          "-DFILES=${registry_web}" -P ${CMAKE_SOURCE_DIR}/cmake/embed.cmake
  DEPENDS ${registry_web} ${CMAKE_SOURCE_DIR}/cmake/embed.cmake VERBATIM
  COMMENT "Embedding registry/web")
target_sources(registry_lib PRIVATE ${CMAKE_BINARY_DIR}/registry_web.c)
