# SPDX-License-Identifier: Apache-2.0
unit_test(unit/sinks/forward_test.c sinks)
target_sources(unit_sinks_forward_test PRIVATE ${CMAKE_SOURCE_DIR}/tests/lib/fake_outbox.c)
