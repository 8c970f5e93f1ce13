# SPDX-License-Identifier: Apache-2.0
unit_test(unit/core/arena_test.c core)
