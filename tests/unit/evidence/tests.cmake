# SPDX-License-Identifier: Apache-2.0
foreach(name key dsse checkpoint consistency change manifest receipt pack)
  unit_test(unit/evidence/${name}_test.c evidence)
endforeach()
