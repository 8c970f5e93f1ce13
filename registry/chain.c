/* SPDX-License-Identifier: Apache-2.0 */
/* The run of a chain, and its rules. */
#include "registry/chain.h"

#include <sodium.h>

static struct chain_name name_of(const struct chain_store *chains,
                                 const struct arrival *a)
{
    return (struct chain_name){.process = chains->process, .gateway = a->sender};
}

static bool equal(const uint8_t *a, const uint8_t *b)
{
    return memcmp(a, b, KEY_LEN) == 0;
}

static void judge_fork(struct arrival *a)
{
    arrival_judge(a, VERDICT_CONFLICT,
                  "fork: another summary follows the one that it names");
}

static void judge_tree(struct arrival *a, uint64_t before, uint64_t after)
{
    arrival_judge(a, VERDICT_CONFLICT,
                  "rollback: a tree of %llu records comes behind one of %llu",
                  (unsigned long long)after, (unsigned long long)before);
}

/* ---- places ---- */

/* Behind the head: the journal has grown, or is the same. */
static void check_ahead(struct arrival *a, const struct chain *chain)
{
    if (a->tree_size < chain->head_tree) {
        judge_tree(a, chain->head_tree, a->tree_size);
    } else if (a->tree_size == chain->head_tree && a->tree_size > 0 &&
               !equal(a->tree_root, chain->head_root)) {
        arrival_judge(a, VERDICT_CONFLICT,
                      "fork: the tree of %llu records had another root",
                      (unsigned long long)a->tree_size);
    }
}

static bool touches(struct arrival *a, struct chain_place *place)
{
    const struct chain *chain = &place->chain;
    if (!chain->found) {
        place->side = CHAIN_START;
    } else if (a->has_previous && equal(a->previous, chain->head)) {
        place->side = CHAIN_AHEAD;
        check_ahead(a, chain);
    } else if (chain->has_first && equal(a->key, chain->first_names)) {
        place->side = CHAIN_BEFORE;
        if (a->tree_size > chain->first_tree) {
            judge_tree(a, a->tree_size, chain->first_tree);
        }
    } else {
        return false;
    }
    return true;
}

/* Whether a summary of this chain already follows the one that it names. */
static enum err find_rival(const struct chain_store *chains, const struct arrival *a,
                           const struct chain *chain, bool *ret_rival, struct error *e)
{
    struct chain_name name = name_of(chains, a);
    const struct store_driver *driver = chains->driver;
    struct link link;
    int64_t stored_ns = 0;
    bool stored = false;
    bool waits = false;
    *ret_rival = chain->has_first ? equal(chain->first_names, a->previous)
                                  : !a->has_previous; /* the beginning is known */
    if (*ret_rival) {
        return ERR_OK;
    }
    enum err err = driver->find_link(chains->store, &name, LINK_BY_PREVIOUS, a->previous,
                                     ret_rival, &link, e);
    if (err == ERR_OK && !*ret_rival) {
        err = driver->find_key(chains->store, a->previous, &stored, &stored_ns, e);
    }
    if (err == ERR_OK && stored && stored_ns >= chain->began_ns) {
        err = driver->find_link(chains->store, &name, LINK_BY_KEY, a->previous, &waits,
                                &link, e);
        *ret_rival = !waits; /* it is inside the run */
    }
    return err;
}

enum err chain_find_place(const struct chain_store *chains, struct arrival *a,
                          struct chain_place *ret_place, struct error *e)
{
    struct chain_name name = name_of(chains, a);
    *ret_place = (struct chain_place){.side = CHAIN_NONE};
    if (!a->chained) {
        return ERR_OK;
    }
    struct chain *chain = &ret_place->chain;
    enum err err = chains->driver->get_chain(chains->store, &name, chain, e);
    if (err == ERR_OK && chain->found && a->epoch > chain->epoch) {
        chain->found = false; /* it may begin anew */
        err = chains->driver->drop_links(chains->store, &name, NULL, e);
    }
    if (err != ERR_OK || touches(a, ret_place)) {
        return err;
    }
    bool rival = false;
    ret_place->side = CHAIN_APART;
    err = find_rival(chains, a, chain, &rival, e);
    if (err == ERR_OK && rival) {
        judge_fork(a);
    }
    return err;
}

/* ---- the run grows ---- */

static void set_head(struct chain *chain, const struct link *link)
{
    memcpy(chain->head, link->key, KEY_LEN);
    memcpy(chain->head_root, link->tree_root, KEY_LEN);
    chain->head_tree = link->tree_size;
}

static void set_first(struct chain *chain, bool has_previous, const struct link *link)
{
    chain->has_first = has_previous;
    memcpy(chain->first_names, link->previous, KEY_LEN);
    chain->first_tree = link->tree_size;
}

/* Takes in what waited at either end.  A link that would be a rollback goes on waiting,
 * where it is seen. */
static enum err take_waiting(const struct chain_store *chains,
                             const struct chain_name *name, struct chain *chain,
                             struct error *e)
{
    const struct store_driver *driver = chains->driver;
    struct link link;
    bool found = true;
    enum err err = ERR_OK;
    while (found && err == ERR_OK) {
        err = driver->find_link(chains->store, name, LINK_BY_PREVIOUS, chain->head,
                                &found, &link, e);
        found = found && link.tree_size >= chain->head_tree;
        if (err == ERR_OK && found) {
            set_head(chain, &link);
            err = driver->drop_links(chains->store, name, link.key, e);
        }
    }
    found = true;
    while (found && err == ERR_OK && chain->has_first) {
        err = driver->find_link(chains->store, name, LINK_BY_KEY, chain->first_names,
                                &found, &link, e);
        found = found && link.tree_size <= chain->first_tree;
        if (err == ERR_OK && found) {
            set_first(chain, !sodium_is_zero(link.previous, KEY_LEN), &link);
            err = driver->drop_links(chains->store, name, link.key, e);
        }
    }
    return err;
}

static void begin_run(struct chain *chain, const struct arrival *a,
                      const struct link *link)
{
    *chain = (struct chain){
        .found = true, .epoch = a->epoch, .began_ns = a->judgement.stored_ns};
    set_first(chain, a->has_previous, link);
    set_head(chain, link);
}

enum err chain_put(const struct chain_store *chains, const struct arrival *a,
                   struct chain_place *place, struct error *e)
{
    struct chain_name name = name_of(chains, a);
    struct link link = {.tree_size = a->tree_size};
    memcpy(link.key, a->key, KEY_LEN);
    memcpy(link.previous, a->previous, KEY_LEN);
    memcpy(link.tree_root, a->tree_root, KEY_LEN);
    switch (place->side) {
    case CHAIN_NONE:
        return ERR_OK;
    case CHAIN_APART:
        return chains->driver->put_link(chains->store, &name, &link, e);
    case CHAIN_START:
        begin_run(&place->chain, a, &link);
        break;
    case CHAIN_AHEAD:
        set_head(&place->chain, &link);
        break;
    case CHAIN_BEFORE:
        set_first(&place->chain, a->has_previous, &link);
        break;
    }
    enum err err = take_waiting(chains, &name, &place->chain, e);
    return err == ERR_OK
               ? chains->driver->put_chain(chains->store, &name, &place->chain, e)
               : err;
}
