# SPDX-License-Identifier: Apache-2.0
set(lib ${CMAKE_CURRENT_SOURCE_DIR}/lib)
add_library(fault_disk STATIC ${lib}/fault_disk.c ${lib}/fault_files.c)
target_include_directories(fault_disk PUBLIC ${lib})
target_link_libraries(fault_disk PUBLIC core)

add_library(journal_rig STATIC ${lib}/journal_rig.c ${lib}/journal_crash.c)
target_link_libraries(journal_rig PUBLIC fault_disk journal)

# The same with sync left out: the negative control.
file(GLOB journal_sources CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/gateway/journal/*.c)
add_library(journal_broken STATIC ${journal_sources} ${lib}/journal_rig.c ${lib}/journal_crash.c)
target_compile_definitions(journal_broken PRIVATE EMGATE_BROKEN_NO_SYNC)
target_link_libraries(journal_broken PUBLIC fault_disk model PkgConfig::sodium)

foreach(name append commit folder format journal list message reader recover released
        scan spare verify)
  unit_test(unit/journal/${name}_test.c journal_rig)
endforeach()
unit_test(unit/journal/crash_test.c journal_rig)
unit_test(unit/journal/crash_control_test.c journal_broken)

add_executable(journal_bench EXCLUDE_FROM_ALL ${CMAKE_CURRENT_SOURCE_DIR}/bench/journal_bench.c)
target_link_libraries(journal_bench PRIVATE journal)

add_executable(journal_threads ${CMAKE_CURRENT_SOURCE_DIR}/unit/journal/threads_main.c)
target_link_libraries(journal_threads PRIVATE journal)
add_test(NAME journal_threads COMMAND sh -c
  "dir=$(mktemp -d) && $<TARGET_FILE:journal_threads> $dir/journal; rc=$?; rm -rf $dir; exit $rc")
set_tests_properties(journal_threads PROPERTIES TIMEOUT 120)

# The format read by its description alone.
add_test(NAME journal_format_example COMMAND ${PYTHON3}
  ${CMAKE_CURRENT_SOURCE_DIR}/unit/journal/read_journal.py
  ${CMAKE_CURRENT_SOURCE_DIR}/vectors/journal/example
  ${CMAKE_CURRENT_SOURCE_DIR}/vectors/journal/example.jsonl)

fuzz_target(journal_fuzz journal_rig)

# Kills of a real process; and of one that acknowledges too soon, which must be caught.
add_library(kill_shim MODULE ${lib}/kill_shim.c)
target_link_libraries(kill_shim PRIVATE house ${CMAKE_DL_LIBS})
add_executable(kill_journal ${CMAKE_CURRENT_SOURCE_DIR}/fault/kill_journal.c)
target_link_libraries(kill_journal PRIVATE journal)
foreach(control "" "--early")
  add_test(NAME kill_journal${control} COMMAND sh -c "dir=$(mktemp -d) && \
    $<TARGET_FILE:kill_journal> ${control} $dir $<TARGET_FILE:kill_shim>; rc=$?; \
    rm -rf $dir; exit $rc")
  set_tests_properties(kill_journal${control} PROPERTIES TIMEOUT 300)
endforeach()

add_executable(journal_wear EXCLUDE_FROM_ALL ${CMAKE_CURRENT_SOURCE_DIR}/bench/journal_wear.c)
target_link_libraries(journal_wear PRIVATE journal)
set_tests_properties(unit_journal_crash_test PROPERTIES TIMEOUT 600)
unit_test(unit/journal/copy_test.c journal)
