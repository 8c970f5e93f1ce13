# SPDX-License-Identifier: Apache-2.0
# Toolchain file for arm64 from another machine; needs tools/packages.sh cross and the
# folder of tools/cross_root.sh:
#   cmake -DCMAKE_TOOLCHAIN_FILE=cmake/arm64.cmake -DEMGATE_CROSS_ROOT=FOLDER
set(CMAKE_SYSTEM_NAME Linux)
set(CMAKE_SYSTEM_PROCESSOR aarch64)
set(EMGATE_DEBIAN_ARCHITECTURE arm64)
set(triplet aarch64-linux-gnu)
list(APPEND CMAKE_TRY_COMPILE_PLATFORM_VARIABLES EMGATE_CROSS_ROOT)
if(NOT EXISTS "${EMGATE_CROSS_ROOT}/usr/lib/${triplet}/libc.so")
  message(FATAL_ERROR "arm64: -DEMGATE_CROSS_ROOT=FOLDER, made by: tools/cross_root.sh arm64 FOLDER")
endif()
set(CMAKE_C_COMPILER ${triplet}-gcc)
set(CMAKE_SYSROOT ${EMGATE_CROSS_ROOT})
# Programs are this machine's, libraries and headers the other's.
set(CMAKE_FIND_ROOT_PATH_MODE_PROGRAM NEVER)
set(CMAKE_FIND_ROOT_PATH_MODE_LIBRARY ONLY)
set(CMAKE_FIND_ROOT_PATH_MODE_INCLUDE ONLY)
set(CMAKE_FIND_ROOT_PATH_MODE_PACKAGE ONLY)
set(ENV{PKG_CONFIG_SYSROOT_DIR} ${EMGATE_CROSS_ROOT})
set(ENV{PKG_CONFIG_LIBDIR}
  ${EMGATE_CROSS_ROOT}/usr/lib/${triplet}/pkgconfig:${EMGATE_CROSS_ROOT}/usr/share/pkgconfig)
# Tests, and what the build runs of its own programs.
set(CMAKE_CROSSCOMPILING_EMULATOR qemu-aarch64-static -L ${EMGATE_CROSS_ROOT})
