# SPDX-License-Identifier: Apache-2.0
unit_test(unit/tls/lapse_test.c tls)
unit_test(unit/tls/identity_test.c tls)
target_compile_definitions(unit_tls_identity_test PRIVATE TEST_DATA="${CMAKE_SOURCE_DIR}/tests")
