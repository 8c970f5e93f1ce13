# SPDX-License-Identifier: Apache-2.0
unit_test(unit/cli/check_test.c cli)
unit_test(unit/cli/environment_test.c cli)
unit_test(unit/cli/config_test.c cli)
unit_test(unit/cli/compute_test.c cli)
unit_test(unit/cli/factors_test.c cli)
unit_test(unit/cli/methods_test.c cli)
unit_test(unit/cli/watch_compare_test.c cli)
unit_test(unit/cli/journal_test.c cli)
