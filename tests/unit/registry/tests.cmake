# SPDX-License-Identifier: Apache-2.0
set(registry_stage ${CMAKE_SOURCE_DIR}/tests/unit/registry/stage.c
    ${CMAKE_SOURCE_DIR}/tests/lib/envelopes.c)
unit_test(unit/registry/exact_test.c registry_lib)
unit_test(unit/registry/sums_test.c registry_lib)
unit_test(unit/registry/submit_test.c registry_lib)
thread_test(unit/registry/intake_test.c registry_lib)
foreach(name arrival chain ledger)
  unit_test(unit/registry/${name}_test.c registry_lib)
  target_sources(unit_registry_${name}_test PRIVATE ${registry_stage})
endforeach()
foreach(name admit api_checkpoint api_evidence api_list api_rollup)
  unit_test(unit/registry/${name}_test.c registry_lib)
  target_sources(unit_registry_${name}_test PRIVATE ${registry_stage}
                 ${CMAKE_SOURCE_DIR}/tests/unit/registry/service_stage.c)
endforeach()
unit_test(unit/registry/store_sqlite_evidence_test.c registry_lib)
unit_test(unit/registry/strict_test.c registry_lib)
unit_test(unit/registry/keyring_test.c registry_lib)
