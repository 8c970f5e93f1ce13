# SPDX-License-Identifier: Apache-2.0
unit_test(unit/adapters/tape_test.c decode)
unit_test(unit/adapters/native_test.c decode)
unit_test(unit/adapters/sparkplug_test.c decode)
unit_test(unit/adapters/influx_test.c decode)
unit_test(unit/adapters/hj212_test.c decode)
