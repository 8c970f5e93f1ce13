# SPDX-License-Identifier: Apache-2.0
# The registry's page and API description, built into its library.
target_include_directories(registry_lib PUBLIC ${CMAKE_SOURCE_DIR})
set(registry_web
    ${CMAKE_SOURCE_DIR}/registry/web/index.html
    ${CMAKE_SOURCE_DIR}/registry/web/app.js
    ${CMAKE_SOURCE_DIR}/registry/web/style.css
    ${CMAKE_SOURCE_DIR}/registry/openapi.yaml)
add_custom_command(
  OUTPUT ${CMAKE_BINARY_DIR}/registry_web.c
  COMMAND ${CMAKE_COMMAND} -DOUT=${CMAKE_BINARY_DIR}/registry_web.c -DHEADER=registry/web.h
          "-DFILES=${registry_web}" -P ${CMAKE_SOURCE_DIR}/cmake/embed.cmake
  DEPENDS ${registry_web} ${CMAKE_SOURCE_DIR}/cmake/embed.cmake VERBATIM
  COMMENT "Embedding registry/web")
target_sources(registry_lib PRIVATE ${CMAKE_BINARY_DIR}/registry_web.c)
