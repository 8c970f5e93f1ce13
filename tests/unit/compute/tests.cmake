# SPDX-License-Identifier: Apache-2.0
unit_test(unit/compute/compute_test.c compute)
unit_test(unit/compute/vectors_test.c compute)
unit_test(unit/compute/read_test.c compute)
unit_test(unit/compute/write_test.c compute)
