# SPDX-License-Identifier: Apache-2.0
unit_test(unit/config/settings_test.c node)
# These need every method of the program to link.
if(EXISTS ${CMAKE_SOURCE_DIR}/gateway/methods/list.h)
  unit_test(unit/config/bundle_test.c config)
  unit_test(unit/config/plan_test.c config)
endif()
