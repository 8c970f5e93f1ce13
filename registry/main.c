/* SPDX-License-Identifier: Apache-2.0 */
/* emgate-registry: the central registry. */
#include <stdio.h>

int main(void)
{
    puts("emgate-registry " EMGATE_VERSION);
    return 0;
}
