# SPDX-License-Identifier: Apache-2.0
# C code from proto/*.proto by protoc-c, compiled apart from our warning set.
find_program(PROTOC_C protoc-c REQUIRED)
file(GLOB proto_files CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/proto/*.proto)
set(proto_out ${CMAKE_BINARY_DIR}/proto)
file(MAKE_DIRECTORY ${proto_out})
set(proto_sources)
foreach(file ${proto_files})
  get_filename_component(name ${file} NAME_WE)
  add_custom_command(
    OUTPUT ${proto_out}/${name}.pb-c.c ${proto_out}/${name}.pb-c.h
    COMMAND ${PROTOC_C} --c_out=${proto_out} -I${CMAKE_SOURCE_DIR}/proto ${file}
    DEPENDS ${proto_files}
    COMMENT "protoc-c ${name}.proto")
  list(APPEND proto_sources ${proto_out}/${name}.pb-c.c)
endforeach()
add_library(proto STATIC ${proto_sources})
target_include_directories(proto SYSTEM PUBLIC ${proto_out})
target_link_libraries(proto PUBLIC PkgConfig::protobuf_c)
