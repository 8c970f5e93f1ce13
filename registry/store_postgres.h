/* SPDX-License-Identifier: Apache-2.0 */
/* The PostgreSQL store, where it is built in (EMGATE_POSTGRES). */
#ifndef REGISTRY_STORE_POSTGRES_H
#define REGISTRY_STORE_POSTGRES_H

#include "registry/store.h"

extern const struct store_driver store_postgres;

#endif
