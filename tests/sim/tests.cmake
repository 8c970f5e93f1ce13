# SPDX-License-Identifier: Apache-2.0
# The whole gateway on simulated clock, disk, broker and far sides; see tests/sim/world.h.
set(sim ${CMAKE_CURRENT_SOURCE_DIR}/sim)
add_library(fault_vfs STATIC ${CMAKE_CURRENT_SOURCE_DIR}/lib/fault_vfs.c)
target_link_libraries(fault_vfs PUBLIC fault_disk PkgConfig::sqlite)

unit_test(fault/outbox_calls_test.c outbox fault_vfs)
set_tests_properties(fault_outbox_calls_test PROPERTIES TIMEOUT 300 LABELS whole)

add_executable(emgate_sim ${sim}/simulate.c ${sim}/run.c ${sim}/event.c ${sim}/check.c
  ${sim}/sums.c ${sim}/world.c ${sim}/receiver.c ${sim}/broker.c ${sim}/plant.c
  ${sim}/shared.c ${sim}/rot.c ${sim}/groups.c ${sim}/control.c)
target_link_libraries(emgate_sim PRIVATE boot fault_vfs)
target_link_options(emgate_sim PRIVATE LINKER:--wrap=units_open LINKER:--wrap=units_close
  LINKER:--wrap=outbox_put_state LINKER:--wrap=scan_run)

# 10,000 seeds in four parts, side by side; EMGATE_SEEDS says how many each.
foreach(first 1 2501 5001 7501)
  add_test(NAME sim_from_${first} COMMAND emgate_sim --first ${first})
  set_tests_properties(sim_from_${first} PROPERTIES TIMEOUT 900)
endforeach()
# Under the sanitizers one part is enough.
set_tests_properties(sim_from_2501 sim_from_5001 sim_from_7501 PROPERTIES LABELS whole)

# Negative controls: each must be noticed.  At full speed only.
foreach(control no-sync no-unique early-ack cursor torn)
  add_test(NAME sim_control_${control} COMMAND emgate_sim --seeds 1000 --control ${control})
  set_tests_properties(sim_control_${control} PROPERTIES TIMEOUT 300 LABELS whole)
endforeach()
