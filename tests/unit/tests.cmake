# SPDX-License-Identifier: Apache-2.0
unit_test(unit/fold_test.c boot)
unit_test(unit/api_explain_test.c boot)
unit_test(unit/chapter_test.c boot)
unit_test(unit/pipeline_test.c boot)
unit_test(unit/batch_test.c boot)
unit_test(unit/notify_test.c boot)
unit_test(unit/tap_test.c boot)
unit_test(unit/tap_lines_test.c boot)
