/* SPDX-License-Identifier: Apache-2.0 */
/* emgate-registry: the central registry; the commands are in command.c. */
#include "registry/command.h"

int main(int argc, char **argv)
{
    return registry_main(argc, argv);
}
