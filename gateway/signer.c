/* SPDX-License-Identifier: Apache-2.0 */
/* Two keys, of which one is in use. */
#include "signer.h"

#include "core/log.h"
#include "core/mem.h"
#include "evidence/dsse.h"

#include <pthread.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#define PATH_LEN_MAX 4096
#define SUFFIX_MAX 32

struct signer {
    pthread_mutex_t lock;
    const char *gateway;
    char path[PATH_LEN_MAX]; /* of the first key's file; "": it is in none */
    char next_path[PATH_LEN_MAX + SUFFIX_MAX];
    struct key_pair *first, *next; /* next: or NULL */
    bool turned;                   /* next is in use */
    bool past;                     /* `first` is what was in use at the time, or NULL */
};

static bool is_there(const char *path)
{
    struct stat found;
    return stat(path, &found) == 0;
}

static void look(struct signer *s)
{
    struct secret where = {.kind = SECRET_FILE, .name = s->next_path};
    struct error e;
    if (s->next || !is_there(s->next_path)) {
        return;
    }
    if (key_open(&where, &s->next, &e) != ERR_OK) {
        log_error("signer.next", "%s", e.text);
    } else if (strcmp(key_get_public(s->next)->id, key_get_public(s->first)->id) == 0) {
        key_close(&s->next); /* it is the first one by now */
    }
}

/* A crash may have come between the two renames of replace_files(). */
static void finish_files(const struct signer *s)
{
    char open[PATH_LEN_MAX + SUFFIX_MAX];
    char next_open[PATH_LEN_MAX + 2 * SUFFIX_MAX];
    snprintf(open, sizeof open, "%s.pub", s->path);
    snprintf(next_open, sizeof next_open, "%s.pub", s->next_path);
    if (s->path[0] && !is_there(s->next_path) && is_there(next_open)) {
        (void)rename(next_open, open);
    }
}

static void name_files(struct signer *s, const struct plan *plan)
{
    if (plan->signing_key.kind == SECRET_NONE) {
        snprintf(s->path, sizeof s->path, "%s/signing.key", plan->state_directory);
    } else if (plan->signing_key.kind == SECRET_FILE) {
        snprintf(s->path, sizeof s->path, "%s", plan->signing_key.name);
    }
    if (s->path[0]) {
        snprintf(s->next_path, sizeof s->next_path, "%s.next", s->path);
    } else {
        snprintf(s->next_path, sizeof s->next_path, "%s/signing.key.next",
                 plan->state_directory);
    }
}

enum err signer_open(const struct plan *plan, struct signer **ret_signer, struct error *e)
{
    struct signer *s = mem_new(struct signer);
    pthread_mutex_init(&s->lock, NULL);
    s->gateway = plan->gateway_id;
    bool in_state = plan->signing_key.kind == SECRET_NONE;
    name_files(s, plan);
    enum err err = in_state ? key_open_or_make(s->path, &s->first, e)
                            : key_open(&plan->signing_key, &s->first, e);
    if (err != ERR_OK) {
        signer_close(&s);
        return err;
    }
    finish_files(s);
    look(s);
    *ret_signer = s;
    return ERR_OK;
}

/* The private half of a key, from wherever one may be kept; NULL: it is not there. */
static struct key_pair *find_key(const struct signer *s, const char *id)
{
    char kept[PATH_LEN_MAX + SUFFIX_MAX];
    snprintf(kept, sizeof kept, "%s.%s", s->path, id);
    const char *const places[] = {s->path, s->next_path, kept};
    for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
        struct secret where = {.kind = SECRET_FILE, .name = places[i]};
        struct key_pair *pair = NULL;
        struct error e;
        if (is_there(places[i]) && key_open(&where, &pair, &e) == ERR_OK &&
            strcmp(key_get_public(pair)->id, id) == 0) {
            return pair;
        }
        key_close(&pair);
    }
    return NULL;
}

enum err signer_open_past(const struct plan *plan, const char *first,
                          struct signer **ret_signer, struct error *e)
{
    struct signer *s = mem_new(struct signer);
    enum err err = ERR_OK;
    pthread_mutex_init(&s->lock, NULL);
    s->gateway = plan->gateway_id;
    s->past = true;
    name_files(s, plan);
    s->first = *first ? find_key(s, first) : NULL;
    if (!s->first && plan->signing_key.kind != SECRET_NONE) {
        err = key_open(&plan->signing_key, &s->first, e);
    } else if (!*first && is_there(s->path)) {
        struct secret where = {.kind = SECRET_FILE, .name = s->path};
        err = key_open(&where, &s->first, e);
    }
    if (err == ERR_OK && s->first && *first &&
        strcmp(key_get_public(s->first)->id, first) != 0) {
        key_close(&s->first); /* a later one */
    }
    if (err != ERR_OK) {
        signer_close(&s);
        return err;
    }
    *ret_signer = s;
    return ERR_OK;
}

void signer_close(struct signer **signer)
{
    if (*signer) {
        key_close(&(*signer)->first);
        key_close(&(*signer)->next);
        pthread_mutex_destroy(&(*signer)->lock);
        mem_free(signer);
    }
}

const struct key_pair *signer_pair(struct signer *s)
{
    pthread_mutex_lock(&s->lock);
    const struct key_pair *pair = s->turned ? s->next : s->first;
    pthread_mutex_unlock(&s->lock);
    return pair;
}

struct bytes signer_envelope(void *signer, const char *type, struct bytes payload,
                             struct arena *arena)
{
    struct signer *s = signer;
    pthread_mutex_lock(&s->lock);
    const struct key_pair *pairs[] = {s->turned ? s->next : s->first};
    struct bytes envelope = dsse_envelope(type, payload, pairs, 1, arena);
    pthread_mutex_unlock(&s->lock);
    return envelope;
}

enum err signer_use(struct signer *s, struct bytes id, struct error *e)
{
    if (s->past) {
        return ERR_OK;
    }
    pthread_mutex_lock(&s->lock);
    bool is_first = id.len == 0 || bytes_are(id, key_get_public(s->first)->id);
    bool is_next = s->next && bytes_are(id, key_get_public(s->next)->id);
    s->turned = is_next;
    pthread_mutex_unlock(&s->lock);
    return is_first || is_next
               ? ERR_OK
               : error_set(e, ERR_CONFIG,
                           "the signing key is another one than the key '%.*s' that "
                           "signed last; 'emgate key rotate' changes keys",
                           BYTES_ARG(id));
}

void signer_look(struct signer *s)
{
    pthread_mutex_lock(&s->lock);
    look(s);
    pthread_mutex_unlock(&s->lock);
}

bool signer_has_next(struct signer *s)
{
    pthread_mutex_lock(&s->lock);
    bool has = s->next && !s->turned;
    pthread_mutex_unlock(&s->lock);
    return has;
}

struct bytes signer_change(struct signer *s, uint64_t seq, struct arena *arena)
{
    struct bytes change = {0};
    pthread_mutex_lock(&s->lock);
    if (s->next && !s->turned) {
        change = change_sign(s->gateway, seq - 1, s->first, s->next, arena);
    }
    pthread_mutex_unlock(&s->lock);
    return change;
}

void signer_turn(struct signer *s, struct bytes envelope)
{
    struct change change;
    struct error e;
    if (change_get(envelope, &change, &e) != ERR_OK) {
        log_error("signer.change", "%s", e.text);
        return;
    }
    if (s->past) {
        key_close(&s->first);
        s->first = find_key(s, change.new.id);
        return;
    }
    pthread_mutex_lock(&s->lock);
    s->turned = s->turned ||
                (s->next && strcmp(change.new.id, key_get_public(s->next)->id) == 0 &&
                 strcmp(change.old.id, key_get_public(s->first)->id) == 0);
    pthread_mutex_unlock(&s->lock);
}

static bool move(const char *from, const char *to)
{
    bool moved = rename(from, to) == 0;
    if (!moved) {
        log_error("signer.rename", "can't rename '%s' to '%s'", from, to);
    }
    return moved;
}

/* The old private key is kept for who must show that it was it. */
static bool replace_files(const struct signer *s)
{
    char kept[PATH_LEN_MAX + SUFFIX_MAX];
    char open[PATH_LEN_MAX + SUFFIX_MAX];
    char next_open[PATH_LEN_MAX + 2 * SUFFIX_MAX];
    snprintf(kept, sizeof kept, "%s.%s", s->path, key_get_public(s->first)->id);
    snprintf(open, sizeof open, "%s.pub", s->path);
    snprintf(next_open, sizeof next_open, "%s.pub", s->next_path);
    (void)unlink(kept);
    return link(s->path, kept) == 0 && move(s->next_path, s->path) &&
           move(next_open, open);
}

void signer_settle(struct signer *s)
{
    pthread_mutex_lock(&s->lock);
    if (s->turned && s->path[0] && replace_files(s)) {
        log_info("signer.changed", "key=%s", key_get_public(s->next)->id);
        struct key_pair *old = s->first;
        s->first = s->next;
        s->next = NULL;
        s->turned = false;
        key_close(&old);
    }
    pthread_mutex_unlock(&s->lock);
}
