# SPDX-License-Identifier: Apache-2.0
# Programs against real servers, each with servers of its own on free ports.
add_library(test_mqtt STATIC ${CMAKE_SOURCE_DIR}/tests/lib/broker.c
            ${CMAKE_SOURCE_DIR}/tests/lib/mqtt_raw.c
            ${CMAKE_SOURCE_DIR}/tests/lib/collector.c
            ${CMAKE_SOURCE_DIR}/tests/lib/fake_broker.c)
target_link_libraries(test_mqtt PUBLIC source)
target_include_directories(test_mqtt PUBLIC ${CMAKE_SOURCE_DIR}/tests/lib)
target_compile_definitions(test_mqtt PRIVATE TEST_DATA="${CMAKE_SOURCE_DIR}/tests")
unit_test(system/source_test.c test_mqtt)

add_executable(source_subscriber ${CMAKE_SOURCE_DIR}/tests/system/source_subscriber.c)
target_link_libraries(source_subscriber PRIVATE source journal)
target_include_directories(source_subscriber PRIVATE ${CMAKE_SOURCE_DIR}/tests/lib)
unit_test(system/source_kill_test.c test_mqtt journal)
target_compile_definitions(system_source_kill_test
  PRIVATE SUBSCRIBER="$<TARGET_FILE:source_subscriber>")
add_dependencies(system_source_kill_test source_subscriber)
# Thirty kills; two minutes are not enough on a busy machine.
set_tests_properties(system_source_kill_test PROPERTIES TIMEOUT 600 RUN_SERIAL ON)
add_test(NAME system_registry COMMAND ${PYTHON3}
         ${CMAKE_SOURCE_DIR}/tests/system/registry/registry_test.py
         $<TARGET_FILE:emgate-registry>)
set_tests_properties(system_registry PROPERTIES TIMEOUT 300)
add_test(NAME system_truth COMMAND ${PYTHON3}
         ${CMAKE_SOURCE_DIR}/tests/system/truth/truth_test.py
         $<TARGET_FILE:emgate> $<TARGET_FILE:emgate-registry>)
set_tests_properties(system_truth PROPERTIES TIMEOUT 300)
set_tests_properties(system_source_kill_test PROPERTIES TIMEOUT 300)
set_tests_properties(system_registry PROPERTIES TIMEOUT 120)
add_test(NAME system_registry_openapi COMMAND ${PYTHON3}
         ${CMAKE_SOURCE_DIR}/tests/system/registry/openapi_test.py
         $<TARGET_FILE:emgate-registry>)
set_tests_properties(system_registry_openapi PROPERTIES TIMEOUT 120)
add_test(NAME system_registry_tls COMMAND ${PYTHON3}
         ${CMAKE_SOURCE_DIR}/tests/system/registry/tls_test.py)
set_tests_properties(system_registry_tls PROPERTIES TIMEOUT 300
  ENVIRONMENT "EMGATE_BIN=${CMAKE_RUNTIME_OUTPUT_DIRECTORY}")
add_test(NAME system_registry_reconcile COMMAND ${PYTHON3}
         ${CMAKE_SOURCE_DIR}/tests/system/registry/reconcile_test.py)
set_tests_properties(system_registry_reconcile PROPERTIES TIMEOUT 300
  ENVIRONMENT "EMGATE_BIN=${CMAKE_RUNTIME_OUTPUT_DIRECTORY}")
if(libpq_FOUND)
  foreach(name registry several)
    if(name STREQUAL registry)
      set(arguments postgres)
    else()
      set(arguments)
    endif()
    add_test(NAME system_postgres_${name} COMMAND ${PYTHON3}
             ${CMAKE_SOURCE_DIR}/tests/system/registry/${name}_test.py
             $<TARGET_FILE:emgate-registry> ${arguments})
    set_tests_properties(system_postgres_${name} PROPERTIES TIMEOUT 300
                         SKIP_RETURN_CODE 77)
  endforeach()
endif()

# The whole: broker, registry, gateway and a simulated plant as programs.  EMGATE_LONG=1
# makes them take hours instead of seconds; EMGATE_SEED=N gives another run of the kind.
add_executable(emgate_early ${CMAKE_SOURCE_DIR}/gateway/main.c
               ${CMAKE_SOURCE_DIR}/tests/system/whole/early_store.c)
target_link_libraries(emgate_early PRIVATE cli)
target_link_options(emgate_early PRIVATE -Wl,--wrap=journal_append)
add_executable(emgate_bad_sync ${CMAKE_SOURCE_DIR}/gateway/main.c
               ${CMAKE_SOURCE_DIR}/tests/system/whole/bad_sync.c)
target_link_libraries(emgate_bad_sync PRIVATE cli)
target_link_options(emgate_bad_sync PRIVATE -Wl,--wrap=fdatasync)
foreach(name truth kill failure input config restart full)
  add_test(NAME system_whole_${name} COMMAND ${PYTHON3}
           ${CMAKE_SOURCE_DIR}/tests/system/whole/${name}_test.py)
  set_tests_properties(system_whole_${name} PROPERTIES TIMEOUT 300 LABELS whole
    ENVIRONMENT "EMGATE_BIN=${CMAKE_RUNTIME_OUTPUT_DIRECTORY}")
endforeach()

add_test(NAME system_whole_demo COMMAND ${PYTHON3}
         ${CMAKE_SOURCE_DIR}/tests/system/whole/demo_test.py)
set_tests_properties(system_whole_demo PROPERTIES TIMEOUT 900 LABELS long)
# Each example plant of config/examples against its truth.
foreach(plant cement cement-full steel-integrated steel-eaf fertiliser hydrogen aluminium
        airline ship)
  add_test(NAME system_plant_${plant} COMMAND ${PYTHON3}
           ${CMAKE_SOURCE_DIR}/tests/system/plants/plants_test.py
           $<TARGET_FILE:emgate> $<TARGET_FILE:emgate-registry> ${plant})
  set_tests_properties(system_plant_${plant} PROPERTIES TIMEOUT 300)
endforeach()

# The Commission's examples as plants.
add_test(NAME system_plants_official COMMAND ${PYTHON3}
         ${CMAKE_SOURCE_DIR}/tests/system/plants/official_test.py
         $<TARGET_FILE:emgate> $<TARGET_FILE:emgate-registry>)
set_tests_properties(system_plants_official PROPERTIES TIMEOUT 300)

# Getting connected: what an integrator does, each with a broker and a gateway.
foreach(name payloads_tap tap retry discover guide)
  add_test(NAME system_connect_${name} COMMAND ${PYTHON3}
           ${CMAKE_SOURCE_DIR}/tests/system/connect/${name}_test.py)
  set_tests_properties(system_connect_${name} PROPERTIES TIMEOUT 300 LABELS connect
    ENVIRONMENT "EMGATE_BIN=${CMAKE_RUNTIME_OUTPUT_DIRECTORY}")
endforeach()

# Programs that others wrote; npm's packages are fetched the first time.
add_test(NAME system_interop COMMAND ${PYTHON3}
         ${CMAKE_SOURCE_DIR}/tests/system/interop/interop_test.py)
foreach(name host bombs)
  add_test(NAME system_interop_${name} COMMAND ${PYTHON3}
           ${CMAKE_SOURCE_DIR}/tests/system/interop/${name}_test.py)
  set_tests_properties(system_interop_${name} PROPERTIES TIMEOUT 300
    LABELS "whole;interop" ENVIRONMENT "EMGATE_BIN=${CMAKE_RUNTIME_OUTPUT_DIRECTORY}")
endforeach()
set_tests_properties(system_interop PROPERTIES TIMEOUT 600 LABELS "whole;interop"
  ENVIRONMENT "EMGATE_BIN=${CMAKE_RUNTIME_OUTPUT_DIRECTORY}")

# Each certificate on each topic with each id inside, against a real broker.
add_test(NAME system_identity COMMAND ${PYTHON3}
         ${CMAKE_SOURCE_DIR}/tests/system/identity/identity_test.py)
# Every certificate on the way renewed under load.
add_test(NAME system_identity_renewal COMMAND ${PYTHON3}
         ${CMAKE_SOURCE_DIR}/tests/system/identity/renewal_test.py)
add_test(NAME system_identity_page COMMAND ${PYTHON3}
         ${CMAKE_SOURCE_DIR}/tests/system/identity/page_test.py)
set_tests_properties(system_identity system_identity_renewal system_identity_page PROPERTIES TIMEOUT 300
  ENVIRONMENT "EMGATE_BIN=${CMAKE_RUNTIME_OUTPUT_DIRECTORY}")

# Two verifiers of evidence, one verdict; a key changed under load.
foreach(name verify rotation)
  add_test(NAME system_evidence_${name} COMMAND ${PYTHON3}
           ${CMAKE_SOURCE_DIR}/tests/system/evidence/${name}_test.py)
  set_tests_properties(system_evidence_${name} PROPERTIES TIMEOUT 300
    ENVIRONMENT "EMGATE_BIN=${CMAKE_RUNTIME_OUTPUT_DIRECTORY}")
endforeach()
# Two verifiers of evidence, one verdict.
add_test(NAME system_evidence COMMAND ${PYTHON3}
         ${CMAKE_SOURCE_DIR}/tests/system/evidence/verify_test.py)
set_tests_properties(system_evidence PROPERTIES TIMEOUT 300
  ENVIRONMENT "EMGATE_BIN=${CMAKE_RUNTIME_OUTPUT_DIRECTORY}")

# A measured stack with gaps, calibrations and standstill, calculated a second time.
add_test(NAME system_plant_cems COMMAND ${PYTHON3}
         ${CMAKE_SOURCE_DIR}/tests/system/plants/cems_test.py
         $<TARGET_FILE:emgate> $<TARGET_FILE:emgate-registry>)
set_tests_properties(system_plant_cems PROPERTIES TIMEOUT 300)
add_test(NAME system_plant_goods COMMAND ${PYTHON3}
         ${CMAKE_SOURCE_DIR}/tests/system/plants/goods_test.py
         $<TARGET_FILE:emgate> $<TARGET_FILE:emgate-registry>)
set_tests_properties(system_plant_goods PROPERTIES TIMEOUT 300)
# The pages in a real Chromium (tools/packages.sh browser; skipped without one); pictures
# in the build's folder pages/.
add_test(NAME system_pages COMMAND ${PYTHON3}
         ${CMAKE_SOURCE_DIR}/tests/system/pages/pages_test.py
         $<TARGET_FILE:emgate> $<TARGET_FILE:emgate-registry> ${CMAKE_BINARY_DIR}/pages)
set_tests_properties(system_pages PROPERTIES TIMEOUT 600 LABELS whole SKIP_RETURN_CODE 77)

# The database made again, backups, formats of earlier versions.
foreach(name rebuild backup formats)
  add_test(NAME system_operations_${name} COMMAND ${PYTHON3}
           ${CMAKE_SOURCE_DIR}/tests/system/operations/${name}_test.py)
  set_tests_properties(system_operations_${name} PROPERTIES TIMEOUT 300 LABELS whole
    ENVIRONMENT "EMGATE_BIN=${CMAKE_RUNTIME_OUTPUT_DIRECTORY}")
endforeach()
# Each check of hardening.py sees a program spoiled.
add_test(NAME system_hardening COMMAND ${PYTHON3} ${CMAKE_SOURCE_DIR}/tests/hardening.py
         --selftest)
# The bill of materials against what the loader says.
add_test(NAME system_sbom COMMAND ${PYTHON3}
         ${CMAKE_SOURCE_DIR}/tests/system/packages/sbom_test.py ${CMAKE_BINARY_DIR})
set_tests_properties(system_sbom PROPERTIES TIMEOUT 300 LABELS whole)

# What systemd says of the units; skipped without it.
add_test(NAME system_units COMMAND ${PYTHON3}
         ${CMAKE_SOURCE_DIR}/tests/system/packages/units_test.py)
set_tests_properties(system_units PROPERTIES TIMEOUT 120 SKIP_RETURN_CODE 77)
# The release without its packages.
add_test(NAME system_release COMMAND ${PYTHON3}
         ${CMAKE_SOURCE_DIR}/tests/system/packages/release_test.py)
set_tests_properties(system_release PROPERTIES TIMEOUT 300 SKIP_RETURN_CODE 77
                     LABELS whole)

# The registry attacked while an honest gateway goes on; no secret in any output.
add_test(NAME system_registry_hostile COMMAND ${PYTHON3}
         ${CMAKE_SOURCE_DIR}/tests/system/registry/hostile_test.py)
add_test(NAME system_whole_secrets COMMAND ${PYTHON3}
         ${CMAKE_SOURCE_DIR}/tests/system/whole/secrets_test.py)
set_tests_properties(system_registry_hostile system_whole_secrets PROPERTIES TIMEOUT 300
  ENVIRONMENT "EMGATE_BIN=${CMAKE_RUNTIME_OUTPUT_DIRECTORY}")

# Rubbish at the whole daemon and at both HTTP servers; EMGATE_SECONDS=N: longer.
foreach(name payloads_and_packets requests_to_the_page requests_to_the_registry)
  add_test(NAME system_whole_fuzz_${name} COMMAND ${PYTHON3}
           ${CMAKE_SOURCE_DIR}/tests/system/whole/fuzz_test.py FuzzTest.test_${name})
  set_tests_properties(system_whole_fuzz_${name} PROPERTIES TIMEOUT 300
    ENVIRONMENT "EMGATE_BIN=${CMAKE_RUNTIME_OUTPUT_DIRECTORY}")
endforeach()
