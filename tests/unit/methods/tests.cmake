# SPDX-License-Identifier: Apache-2.0
unit_test(unit/methods/factor_library_test.c methods config)
unit_test(unit/methods/method_test.c methods)
