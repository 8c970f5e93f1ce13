/* SPDX-License-Identifier: Apache-2.0 */
/* By inet_pton: names are not looked up. */
#include "registry/address.h"

#include "core/bytes.h"
#include "core/number.h"

#include <arpa/inet.h>
#include <stdio.h>

/* Splits "host:port" and "[host]:port". */
static bool split_address(const char *text, char *host, size_t size, uint16_t *ret_port)
{
    const char *colon = strrchr(text, ':');
    uint64_t port = 0;
    if (!colon || !number_parse_u64(bytes_of(colon + 1), &port) || port > UINT16_MAX) {
        return false;
    }
    bool bracketed = text[0] == '[' && colon > text && colon[-1] == ']';
    const char *start = bracketed ? text + 1 : text;
    int len = (int)(colon - start) - (bracketed ? 1 : 0);
    if (len <= 0 || (size_t)len >= size) {
        return false;
    }
    snprintf(host, size, "%.*s", len, start);
    *ret_port = (uint16_t)port;
    return true;
}

enum err address_read(const char *text, union address *ret_address, struct error *e)
{
    char host[INET6_ADDRSTRLEN];
    uint16_t port = 0;
    memset(ret_address, 0, sizeof *ret_address);
    if (split_address(text, host, sizeof host, &port)) {
        if (inet_pton(AF_INET, host, &ret_address->four.sin_addr) == 1) {
            ret_address->four.sin_family = AF_INET;
            ret_address->four.sin_port = htons(port);
            return ERR_OK;
        }
        if (inet_pton(AF_INET6, host, &ret_address->six.sin6_addr) == 1) {
            ret_address->six.sin6_family = AF_INET6;
            ret_address->six.sin6_port = htons(port);
            return ERR_OK;
        }
    }
    return error_set(e, ERR_CONFIG,
                     "'listen' must be an address and a port, such as 127.0.0.1:8311 or "
                     "[::1]:8311, not '%s'",
                     text);
}

bool address_is_loopback(const union address *address)
{
    return address->any.sa_family == AF_INET
               ? ntohl(address->four.sin_addr.s_addr) >> 24 == 127
               : IN6_IS_ADDR_LOOPBACK(&address->six.sin6_addr) != 0;
}
