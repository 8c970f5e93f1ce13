# SPDX-License-Identifier: Apache-2.0
unit_test(unit/config/settings_test.c node)
unit_test(unit/config/bundle_test.c config)
unit_test(unit/config/plan_test.c config)

# The page of all settings: made by the target, checked by the test.
set(settings_page ${CMAKE_SOURCE_DIR}/docs/reference/configuration.md)
add_custom_target(reference
  COMMAND emgate config reference > ${settings_page}
  COMMENT "docs/reference/configuration.md")
add_test(NAME docs_reference_configuration
  COMMAND ${CMAKE_COMMAND} -DEMGATE=$<TARGET_FILE:emgate> -DPAGE=${settings_page}
          -P ${CMAKE_CURRENT_SOURCE_DIR}/unit/config/reference.cmake)
