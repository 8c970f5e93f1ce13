# SPDX-License-Identifier: Apache-2.0
foreach(part embedded report report_add report_control report_goods report_json report_csv
             report_products)
  unit_test(unit/report/${part}_test.c report)
endforeach()
if(EMGATE_XLSX)
  foreach(part book installation streams balances processes precursors summaries)
    unit_test(unit/report/xlsx/${part}_test.c report)
  endforeach()
endif()
