/* SPDX-License-Identifier: Apache-2.0 */
/* The files of registry/web/, built in by cmake/embed.cmake. */
#ifndef REGISTRY_WEB_H
#define REGISTRY_WEB_H

#include "core/bytes.h"

struct web_file {
    const char *name; /* such as "index.html" */
    const char *etag; /* of the content, with its quotes */
    struct bytes content;
};

/* Ends with a name that is NULL. */
extern const struct web_file web_files[];

#endif
