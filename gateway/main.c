/* SPDX-License-Identifier: Apache-2.0 */
/* emgate: the gateway and its tools; the commands are in cli/list.h. */
#include "cli/command.h"

int main(int argc, char **argv)
{
    return cli_main(argc, argv);
}
