/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Who may enter things on the page: the file `operators` in the state directory, a line
 * "NAME SHA-256-OF-TOKEN" each.  A token is 256 random bits, so its hash needs no salt.
 * Without the file nobody may.
 */
#ifndef OPERATORS_H
#define OPERATORS_H

#include "core/bytes.h"
#include "core/error.h"

#define OPERATORS_FILE "operators"
#define OPERATOR_NAME_MAX 64
#define OPERATOR_TOKEN_MAX 72 /* of the text, with its end */

/* Makes a token for the name, adds its line (mode 0600) and gives the token, which is
 * kept nowhere.  ERR_CONFIG: the name is empty, too long, has a space, or is there.
 * ERR_SYSTEM. */
enum err operators_add(const char *state_directory, const char *name,
                       char ret_token[OPERATOR_TOKEN_MAX], struct error *e) MUST_CHECK;

/* Whose token it is; false: nobody's, or the file may be written by others. */
bool operators_find(const char *state_directory, const char *token,
                    char ret_name[OPERATOR_NAME_MAX]);

#endif
