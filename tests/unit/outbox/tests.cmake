# SPDX-License-Identifier: Apache-2.0
unit_test(unit/outbox/outbox_test.c outbox)
unit_test(unit/outbox/outbox_manifest_test.c outbox)
unit_test(unit/outbox/outbox_copy_test.c outbox)
