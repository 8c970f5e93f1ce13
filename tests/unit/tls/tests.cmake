# SPDX-License-Identifier: Apache-2.0
unit_test(unit/tls/lapse_test.c tls)
foreach(name identity certificate)
  unit_test(unit/tls/${name}_test.c tls)
  target_compile_definitions(unit_tls_${name}_test
    PRIVATE TEST_DATA="${CMAKE_SOURCE_DIR}/tests")
endforeach()
