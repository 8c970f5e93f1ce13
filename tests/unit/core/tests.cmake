# SPDX-License-Identifier: Apache-2.0
unit_test(unit/core/arena_test.c core)
unit_test(unit/core/utf8_test.c core)
unit_test(unit/core/wire_test.c core)
