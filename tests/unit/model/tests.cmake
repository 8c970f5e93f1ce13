# SPDX-License-Identifier: Apache-2.0
unit_test(unit/model/reading_test.c model)
unit_test(unit/model/summary_json_test.c model PkgConfig::jansson)
unit_test(unit/model/telemetry_pb_test.c model)
unit_test(unit/model/telemetry_write_test.c model)
unit_test(unit/model/reading_json_test.c model)
