# SPDX-License-Identifier: Apache-2.0
add_library(evidence_attacks STATIC ${CMAKE_SOURCE_DIR}/tests/lib/evidence_attacks.c
            ${CMAKE_SOURCE_DIR}/tests/lib/evidence_attacks_records.c
            ${CMAKE_SOURCE_DIR}/tests/lib/evidence_attacks_summaries.c
            ${CMAKE_SOURCE_DIR}/tests/lib/evidence_attacks_frame.c
            ${CMAKE_SOURCE_DIR}/tests/lib/evidence_edit.c)
target_link_libraries(evidence_attacks PUBLIC evidence_world)
foreach(name verify keys summaries tree inputs receipts)
  unit_test(unit/verify/${name}_test.c evidence_attacks)
endforeach()
unit_test(unit/verify/message_test.c verify)
