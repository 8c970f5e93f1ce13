/* SPDX-License-Identifier: Apache-2.0 */
/* Finds keys by configuration or command line. */
#include "cli/evidence.h"

#include "packing.h"

#include <stdio.h>
#include <unistd.h>

#define KEY_FILE_MAX 4096

const char *evidence_key_path(const struct plan *plan, char path[4096])
{
    if (plan->signing_key.kind == SECRET_FILE) {
        snprintf(path, 4096, "%s", plan->signing_key.name);
        return path;
    }
    snprintf(path, 4096, "%s/signing.key", plan->state_directory);
    return plan->signing_key.kind == SECRET_NONE ? path : NULL;
}

bool evidence_read_key(const char *text, struct key_public *ret_key)
{
    struct secret where = {.kind = SECRET_FILE, .name = text};
    char line[SECRET_TEXT_MAX];
    struct error e;
    return key_parse(bytes_of(text), ret_key) ||
           (secret_read(&where, line, sizeof line, &e) == ERR_OK &&
            key_parse(bytes_of(line), ret_key));
}

enum err evidence_public_key(const struct plan *plan, struct key_public *ret_key,
                             struct error *e)
{
    char path[KEY_FILE_MAX];
    char open[KEY_FILE_MAX + 8];
    const char *file = evidence_key_path(plan, path);
    snprintf(open, sizeof open, "%s.pub", path);
    if (file && evidence_read_key(open, ret_key)) {
        return ERR_OK;
    }
    struct secret where = {.kind = SECRET_FILE, .name = path};
    struct key_pair *pair = NULL;
    enum err err = key_open(file ? &where : &plan->signing_key, &pair, e);
    if (err == ERR_OK) {
        *ret_key = *key_get_public(pair);
    }
    key_close(&pair);
    return err;
}

size_t evidence_registry_keys(const struct plan *plan, const char *more,
                              struct key_public *keys)
{
    size_t count = 0;
    if (more && evidence_read_key(more, &keys[count])) {
        count++;
    }
    for (size_t i = 0; i < plan->sink_count && count < PACKING_REGISTRY_KEYS_MAX; i++) {
        const struct node *pinned = node_find(plan->sinks[i].settings, "registry_key");
        bool known = !pinned || !key_parse(pinned->text, &keys[count]);
        for (size_t n = 0; !known && n < count; n++) {
            known = memcmp(keys[n].bytes, keys[count].bytes, KEY_PUBLIC_LEN) == 0;
        }
        count += known ? 0 : 1;
    }
    return count;
}
