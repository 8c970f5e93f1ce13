# SPDX-License-Identifier: Apache-2.0
unit_test(unit/normalise/normalise_test.c aggregate)
