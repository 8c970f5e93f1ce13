/* SPDX-License-Identifier: Apache-2.0 */
/* The commands of emgate-registry. */
#ifndef REGISTRY_COMMAND_H
#define REGISTRY_COMMAND_H

/* Parses argv and runs the command; returns the exit code. */
int registry_main(int argc, char **argv);

#endif
