# SPDX-License-Identifier: Apache-2.0
# Every sample payload through `emgate decode`; see README.md.
find_package(Python3 REQUIRED COMPONENTS Interpreter)
add_test(NAME vectors_payloads
  COMMAND ${Python3_EXECUTABLE} ${CMAKE_CURRENT_SOURCE_DIR}/vectors/payloads_test.py
          $<TARGET_FILE:emgate>)
set_tests_properties(vectors_payloads PROPERTIES TIMEOUT 300)
