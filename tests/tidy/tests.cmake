# SPDX-License-Identifier: Apache-2.0
# The house rules (docs/STYLE.md), and that each rule finds a planted violation.
add_test(NAME tidy COMMAND ${PYTHON3} ${CMAKE_SOURCE_DIR}/tests/tidy/tidy.py
                           --build ${CMAKE_BINARY_DIR})
add_test(NAME tidy_selftest COMMAND ${PYTHON3} ${CMAKE_SOURCE_DIR}/tests/tidy/selftest.py)
set_tests_properties(tidy tidy_selftest PROPERTIES TIMEOUT 120)
