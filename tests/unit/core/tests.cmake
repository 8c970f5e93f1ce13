# SPDX-License-Identifier: Apache-2.0
unit_test(unit/core/arena_test.c core)
unit_test(unit/core/utf8_test.c core)
unit_test(unit/core/wire_test.c core)
unit_test(unit/core/timepattern_test.c core)
unit_test(unit/core/topic_test.c core)
unit_test(unit/core/zone_test.c core)
unit_test(unit/core/pattern_test.c core)
<<<<<<< HEAD
unit_test(unit/core/timetext_test.c core)
=======
unit_test(unit/core/pool_test.c core)
>>>>>>> 89d7a57 (config: tests for nodes, problems, values, secrets and pools)
