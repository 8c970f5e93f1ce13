# SPDX-License-Identifier: Apache-2.0
unit_test(unit/units/units_test.c units)
