/* SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>

void StackTrace_entry(const char *name, int line, int level);
void __wrap_StackTrace_entry(const char *name, int line, int level);

Test(paho_trace, call_of_pahos_tracing_is_ours)
{
    cr_assert(StackTrace_entry == __wrap_StackTrace_entry);
}
