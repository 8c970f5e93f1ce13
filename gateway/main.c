/* SPDX-License-Identifier: Apache-2.0 */
/* emgate: see cli/cli.h for the commands. */
#include <stdio.h>

int main(void)
{
    puts("emgate " EMGATE_VERSION);
    return 0;
}
