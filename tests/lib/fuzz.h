/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a fuzz target is: one function that feeds one reader with bytes and lets
 * sanitizers and assertions judge.  Register it in tests/fuzz/tests.cmake with
 * fuzz_target(NAME LIBS...).
 */
#ifndef TESTS_FUZZ_H
#define TESTS_FUZZ_H

#include <stddef.h>
#include <stdint.h>

/* Defined by each target; returns 0 always. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#endif
