/* SPDX-License-Identifier: Apache-2.0 */
/* Readers by token, known by its hash, or by client certificate. */
#include "registry/access.h"

#include <sodium.h>

#define BEARER "Bearer "

static const struct reader_settings *by_certificate(const struct registry_settings *s,
                                                    const char *name)
{
    for (size_t i = 0; name && i < s->reader_count; i++) {
        if (s->readers[i].certificate && strcmp(s->readers[i].certificate, name) == 0) {
            return &s->readers[i];
        }
    }
    return NULL;
}

static const struct reader_settings *by_token(const struct registry_settings *s,
                                              const char *authorization)
{
    uint8_t hash[crypto_hash_sha256_BYTES];
    struct bytes given = bytes_of(authorization);
    if (!bytes_start_with(given, BYTES(BEARER))) {
        return NULL;
    }
    given = bytes_slice(given, sizeof BEARER - 1, given.len);
    crypto_hash_sha256(hash, given.data, given.len);
    for (size_t i = 0; i < s->reader_count; i++) {
        if (s->readers[i].hash_text &&
            sodium_memcmp(s->readers[i].token_hash, hash, TOKEN_HASH_LEN) == 0) {
            return &s->readers[i];
        }
    }
    return NULL;
}

static bool reaches(enum role role, enum access access)
{
    switch (access) {
    case ACCESS_OPEN:
    case ACCESS_LISTS:
        return true;
    case ACCESS_BYTES:
        return role != ROLE_READER;
    case ACCESS_RECORDS:
        return role == ROLE_VERIFIER || role == ROLE_REGISTRY;
    case ACCESS_KEEPER:
        return role == ROLE_REGISTRY;
    }
    UNREACHABLE();
}

bool access_allow(const struct service *service, enum access access,
                  struct question *question, struct answer *answer)
{
    if (access == ACCESS_OPEN || service->settings->reader_count == 0) {
        return true;
    }
    question->reader = by_token(service->settings, question->authorization);
    if (!question->reader) {
        question->reader = by_certificate(service->settings, question->certificate);
    }
    if (!question->reader) {
        answer_problem(answer, 401,
                       "reading asks for a bearer token or a client certificate");
        return false;
    }
    if (!reaches((enum role)question->reader->role, access)) {
        answer_problem(answer, 403, "'%.100s' may not read this", question->reader->name);
        return false;
    }
    return true;
}

const char *access_operator(const struct question *question)
{
    return question->reader ? question->reader->operator_id : NULL;
}
