# SPDX-License-Identifier: Apache-2.0
unit_test(unit/fold_test.c boot)
