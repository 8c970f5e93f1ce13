/* SPDX-License-Identifier: Apache-2.0 */
/* What commands ask of a registry: JSON by HTTP. */
#ifndef CLI_FETCH_H
#define CLI_FETCH_H

#include "core/error.h"

#include <jansson.h>

#define FETCH_SIZE_MAX ((size_t)64 << 20)

/* Gets `base` + `path` as JSON; the caller gives the value back with json_decref().
 * ERR_RETRY: no answer, or a server error.  ERR_REJECT: another status, or no JSON. */
enum err fetch_json(const char *base, const char *path, json_t **ret_value,
                    struct error *e) MUST_CHECK;

/* The items of a list, every page of it.  `path` holds a '?'. */
enum err fetch_items(const char *base, const char *path, json_t **ret_items,
                     struct error *e) MUST_CHECK;

#endif
