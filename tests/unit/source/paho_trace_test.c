/* SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>

void StackTrace_entry(const char *name, int line, int level);
void __wrap_StackTrace_entry(const char *name, int line, int level);

Test(paho_trace, call_of_pahos_tracing_is_ours)
{
    /* Volatile, since a compiler may take it that two names are two functions. */
    void (*volatile called)(const char *, int, int) = StackTrace_entry;
    void (*volatile ours)(const char *, int, int) = __wrap_StackTrace_entry;

    cr_assert_eq(called, ours);
}
