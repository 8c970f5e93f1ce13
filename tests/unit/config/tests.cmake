# SPDX-License-Identifier: Apache-2.0
unit_test(unit/config/settings_test.c node)
