# SPDX-License-Identifier: Apache-2.0
set(registry_stage ${CMAKE_SOURCE_DIR}/tests/unit/registry/stage.c
    ${CMAKE_SOURCE_DIR}/tests/lib/envelopes.c)
unit_test(unit/registry/exact_test.c registry_lib)
unit_test(unit/registry/sums_test.c registry_lib)
unit_test(unit/registry/remote_test.c registry_lib)
unit_test(unit/registry/address_test.c registry_lib)
unit_test(unit/registry/routes_test.c registry_lib)
unit_test(unit/registry/packs_test.c registry_lib)
unit_test(unit/registry/submit_test.c registry_lib)
unit_test(unit/registry/submit_json_test.c registry_lib)
thread_test(unit/registry/intake_test.c registry_lib)
foreach(name arrival chain ledger retention roster)
  unit_test(unit/registry/${name}_test.c registry_lib)
  target_sources(unit_registry_${name}_test PRIVATE ${registry_stage})
endforeach()
foreach(name access admit api_checkpoint api_enrolment api_evidence api_export api_list
        api_manifest api_packs api_retention api_rollup retain)
  unit_test(unit/registry/${name}_test.c registry_lib)
  target_sources(unit_registry_${name}_test PRIVATE ${registry_stage}
                 ${CMAKE_SOURCE_DIR}/tests/unit/registry/service_stage.c)
endforeach()
unit_test(unit/registry/store_sqlite_evidence_test.c registry_lib)
unit_test(unit/registry/store_sqlite_record_test.c registry_lib)
unit_test(unit/registry/manifest_test.c registry_lib)
unit_test(unit/registry/store_sqlite_text_test.c registry_lib)
unit_test(unit/registry/strict_test.c registry_lib)
unit_test(unit/registry/keyring_test.c registry_lib)

# On PostgreSQL: the files of its store, and the rules once more over it.  Skipped where
# PostgreSQL is not installed.
if(libpq_FOUND)
  foreach(name link text evidence record store prepare write query)
    unit_test(unit/registry/postgres/${name}_test.c registry_lib)
    target_sources(unit_registry_postgres_${name}_test PRIVATE ${registry_stage})
    target_include_directories(unit_registry_postgres_${name}_test
                               PRIVATE ${CMAKE_SOURCE_DIR}/tests/unit/registry)
  endforeach()
  set(postgres_programs)
  foreach(name ledger chain api_checkpoint api_evidence api_export api_manifest
          api_rollup retention roster postgres_evidence postgres_record
          postgres_store postgres_prepare postgres_write postgres_query)
    list(APPEND postgres_programs $<TARGET_FILE:unit_registry_${name}_test>)
  endforeach()
  add_test(NAME contract_store_postgres COMMAND ${PYTHON3}
           ${CMAKE_SOURCE_DIR}/tests/lib/with_postgres.py ${postgres_programs})
  set_tests_properties(contract_store_postgres PROPERTIES TIMEOUT 300
                       SKIP_RETURN_CODE 77)
endif()

if(rdkafka_FOUND)
  unit_test(unit/registry/kafka/feed_test.c registry_lib)
  target_sources(unit_registry_kafka_feed_test PRIVATE ${registry_stage}
                 ${CMAKE_SOURCE_DIR}/tests/unit/registry/service_stage.c
                 ${CMAKE_SOURCE_DIR}/tests/lib/kafka_cluster.c)
  target_include_directories(unit_registry_kafka_feed_test
                             PRIVATE ${CMAKE_SOURCE_DIR}/tests/unit/registry)
endif()
