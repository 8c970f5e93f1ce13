# SPDX-License-Identifier: Apache-2.0
unit_test(unit/outbox/outbox_test.c outbox)
