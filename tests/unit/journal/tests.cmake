# SPDX-License-Identifier: Apache-2.0
add_library(fault_disk STATIC ${CMAKE_CURRENT_SOURCE_DIR}/lib/fault_disk.c
            ${CMAKE_CURRENT_SOURCE_DIR}/lib/fault_files.c)
target_include_directories(fault_disk PUBLIC ${CMAKE_CURRENT_SOURCE_DIR}/lib)
target_link_libraries(fault_disk PUBLIC core)
add_library(journal_rig STATIC ${CMAKE_CURRENT_SOURCE_DIR}/lib/journal_rig.c)
target_link_libraries(journal_rig PUBLIC fault_disk journal)

unit_test(unit/journal/journal_test.c journal_rig)

add_executable(journal_bench EXCLUDE_FROM_ALL ${CMAKE_CURRENT_SOURCE_DIR}/bench/journal_bench.c)
target_link_libraries(journal_bench PRIVATE journal)
