# SPDX-License-Identifier: Apache-2.0
unit_test(unit/config/settings_test.c node)
unit_test(unit/config/bundle_test.c config)
unit_test(unit/config/plan_test.c config)
unit_test(unit/config/node_test.c node)
unit_test(unit/config/problems_test.c node)
unit_test(unit/config/secret_test.c node)
unit_test(unit/config/values_test.c node)
unit_test(unit/config/factor_library_test.c config)
