/* SPDX-License-Identifier: Apache-2.0 */
/* What is found where, who may read it and who answers. */
#ifndef REGISTRY_ROUTES_H
#define REGISTRY_ROUTES_H

#include "registry/access.h"

struct route {
    const char *path;
    handle_fn *get;
    handle_fn *post;
    const char *post_type; /* NULL: application/x-protobuf */
    bool json;             /* posts may be JSON instead */
    enum access access;    /* of reading */
    bool prefix;           /* what follows is the handler's */
};

/* The route of a path, or NULL.  Constant. */
const struct route *route_find(const char *path);

#endif
