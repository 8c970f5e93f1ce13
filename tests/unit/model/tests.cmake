# SPDX-License-Identifier: Apache-2.0
unit_test(unit/model/reading_test.c model)
unit_test(unit/model/summary_json_test.c model PkgConfig::jansson)
