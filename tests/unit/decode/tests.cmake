# SPDX-License-Identifier: Apache-2.0
unit_test(unit/decode/wire_test.c decode)
