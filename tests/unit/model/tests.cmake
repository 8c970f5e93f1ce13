# SPDX-License-Identifier: Apache-2.0
unit_test(unit/model/reading_test.c model)
