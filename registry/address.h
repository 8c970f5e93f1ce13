/* SPDX-License-Identifier: Apache-2.0 */
/* An address and port to listen on, as it is written: "127.0.0.1:8311", "[::1]:8311". */
#ifndef REGISTRY_ADDRESS_H
#define REGISTRY_ADDRESS_H

#include "core/error.h"

#include <netinet/in.h>
#include <stdbool.h>

union address {
    struct sockaddr any;
    struct sockaddr_in four;
    struct sockaddr_in6 six;
};

/* ERR_CONFIG: it is neither. */
enum err address_read(const char *text, union address *ret_address,
                      struct error *e) MUST_CHECK;

/* Whether only this machine reaches it. */
bool address_is_loopback(const union address *address);

#endif
