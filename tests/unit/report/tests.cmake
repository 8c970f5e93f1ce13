# SPDX-License-Identifier: Apache-2.0
foreach(part report report_json report_csv)
  unit_test(unit/report/${part}_test.c report)
endforeach()
