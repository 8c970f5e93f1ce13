# SPDX-License-Identifier: Apache-2.0
unit_test(unit/aggregate/slice_test.c aggregate)
unit_test(unit/aggregate/series_test.c aggregate)
unit_test(unit/aggregate/integrate_test.c aggregate)
unit_test(unit/aggregate/window_test.c aggregate)
unit_test(unit/aggregate/device_test.c aggregate)
unit_test(unit/aggregate/history_test.c aggregate)
