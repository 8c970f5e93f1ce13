# SPDX-License-Identifier: Apache-2.0
# Warnings, hardening, sanitizers: one interface library that all our own code links.
option(EMGATE_WERROR "Treat warnings as errors" OFF)
set(EMGATE_SANITIZE "" CACHE STRING "Sanitizers, such as address,undefined or thread")
option(EMGATE_FUZZ "Build the fuzz targets (clang)" OFF)
option(EMGATE_COVERAGE "Instrument for gcov" OFF)
option(EMGATE_INSTALLED "No path of this checkout goes into the programs" OFF)

find_program(CCACHE ccache)
if(CCACHE AND NOT CMAKE_C_COMPILER_LAUNCHER)
  set(CMAKE_C_COMPILER_LAUNCHER ${CCACHE})
endif()

add_library(house INTERFACE)
target_compile_definitions(house INTERFACE _GNU_SOURCE EMGATE_VERSION="${EMGATE_VERSION}")
target_include_directories(house INTERFACE ${CMAKE_SOURCE_DIR}/gateway ${CMAKE_SOURCE_DIR}/adapters)
target_compile_options(house INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wsign-conversion -Wstrict-prototypes
  -Wold-style-definition -Wmissing-prototypes -Wcast-qual -Wcast-align -Wpointer-arith
  -Wwrite-strings -Wvla -Wundef -Wformat=2 -Wimplicit-fallthrough -Wswitch-enum
  -Wdouble-promotion -Wnull-dereference -fno-common -ffp-contract=off)
if(CMAKE_C_COMPILER_ID STREQUAL "GNU")
  target_compile_options(house INTERFACE
    -Wduplicated-cond -Wduplicated-branches -Wlogical-op -Wformat-truncation=1
    -Wformat-overflow=2 -Wstringop-overflow=4 -Wjump-misses-init)
else()
  # Criterion's Test() defines variables that no header declares.
  target_compile_options(house INTERFACE
    $<$<NOT:$<BOOL:$<TARGET_PROPERTY:CRITERION>>>:-Wmissing-variable-declarations> -Wcomma -Wunreachable-code -Wimplicit-int-conversion)
endif()
if(EMGATE_WERROR)
  target_compile_options(house INTERFACE -Werror)
endif()
if(EMGATE_SANITIZE)
  add_compile_options(-fsanitize=${EMGATE_SANITIZE} -fno-sanitize-recover=all -fno-omit-frame-pointer -g)
  add_link_options(-fsanitize=${EMGATE_SANITIZE})
endif()
if(EMGATE_FUZZ)
  if(NOT CMAKE_C_COMPILER_ID STREQUAL "Clang")
    message(FATAL_ERROR "EMGATE_FUZZ needs clang: cmake --preset fuzz")
  endif()
  add_compile_options(-fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=all
                      -fno-omit-frame-pointer -g -O1)
  add_link_options(-fsanitize=address,undefined)
endif()
if(EMGATE_COVERAGE)
  add_compile_options(--coverage -g)
  add_compile_definitions(EMGATE_COVERAGE)
  add_link_options(--coverage)
endif()
if(CMAKE_BUILD_TYPE STREQUAL "Release" AND NOT EMGATE_SANITIZE AND NOT EMGATE_COVERAGE
   AND NOT EMGATE_FUZZ)
  set(CMAKE_C_FLAGS_RELEASE "-O2 -g1")
  add_compile_options(-D_FORTIFY_SOURCE=2 -fstack-protector-strong -fstack-clash-protection)
  if(CMAKE_SYSTEM_PROCESSOR MATCHES "x86_64")
    add_compile_options(-fcf-protection)
  elseif(CMAKE_SYSTEM_PROCESSOR MATCHES "aarch64")
    add_compile_options(-mbranch-protection=standard)
  endif()
  add_link_options(-Wl,-z,relro,-z,now)
endif()
if(EMGATE_INSTALLED)
  # The last that fits counts, and the build folder may be in the checkout.
  add_compile_options(-ffile-prefix-map=${CMAKE_SOURCE_DIR}=emgate
                      -ffile-prefix-map=${CMAKE_BINARY_DIR}=emgate/build)
  if(CMAKE_SYSROOT)
    add_compile_options(-ffile-prefix-map=${CMAKE_SYSROOT}=)
  endif()
endif()
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
add_link_options(-pie)
