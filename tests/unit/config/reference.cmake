# SPDX-License-Identifier: Apache-2.0
# Fails when docs/reference/configuration.md is not what the program prints.
execute_process(COMMAND ${EMGATE} config reference OUTPUT_VARIABLE printed
                RESULT_VARIABLE code)
file(READ ${PAGE} page)
if(NOT code EQUAL 0 OR NOT page STREQUAL printed)
  message(FATAL_ERROR "${PAGE} is stale: run 'ninja reference' in the build folder")
endif()
