# SPDX-License-Identifier: Apache-2.0
unit_test(unit/sql/sql_test.c sql)
