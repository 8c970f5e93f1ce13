/* SPDX-License-Identifier: Apache-2.0 */
/* Tokens and client certificates of gateways. */
#include "registry/admit.h"

#include "registry/roster.h"

#include <sodium.h>

#define BEARER "Bearer "

static bool token_fits(const struct gateway_settings *gateway, const char *authorization,
                       struct error *e)
{
    char token[SECRET_TEXT_MAX];
    if (gateway->token.kind == SECRET_NONE) {
        return true;
    }
    struct bytes given = bytes_of(authorization);
    if (!bytes_start_with(given, BYTES(BEARER)) ||
        secret_read(&gateway->token, token, sizeof token, e) != ERR_OK) {
        return false;
    }
    given = bytes_slice(given, sizeof BEARER - 1, given.len);
    struct bytes wanted = bytes_of(token);
    bool fits =
        given.len == wanted.len && sodium_memcmp(given.data, wanted.data, given.len) == 0;
    secret_wipe(token, sizeof token);
    return fits;
}

static bool certificate_fits(const struct gateway_settings *gateway, const char *name)
{
    return !gateway->certificate || (name && strcmp(gateway->certificate, name) == 0);
}

bool admit(const struct service *service, const struct question *question,
           const char *name, struct sender *ret_sender, struct answer *answer)
{
    struct error e = {0};
    const struct gateway_settings *gateway =
        registry_find_gateway(service->settings, name);
    if (!gateway && service->roster) {
        gateway = roster_find(service->roster, name);
    }
    if (!gateway) {
        answer_problem(answer, 403, "gateway '%.128s' is not enrolled", name);
        return false;
    }
    if (!token_fits(gateway, question->authorization, &e)) {
        answer_problem(answer, 401, "no bearer token that gateway '%.128s' is known by",
                       name);
        return false;
    }
    if (!certificate_fits(gateway, question->certificate)) {
        answer_problem(answer, 401,
                       "no client certificate that gateway '%.128s' is known by", name);
        return false;
    }
    ret_sender->gateway = gateway;
    ret_sender->now_ns = clock_wall_ns(service->clock);
    keyring_get(service->keyring, gateway, &ret_sender->keys);
    return true;
}
