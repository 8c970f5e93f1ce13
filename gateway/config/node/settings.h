/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Settings by table: a section, sink or adapter says once which keys it has, of
 * what type, with which default and range, and what they mean.  Reading, checking,
 * `emgate config reference` and the reference page follow from the table.
 *
 *     static const struct setting http_settings[] = {
 *         {.key = "url", .type = SETTING_TEXT, AT(struct http_state, url),
 *          .help = "Where summaries are posted."},
 *         {.key = "timeout", .type = SETTING_DURATION, AT(struct http_state, timeout_ns),
 *          .initial = "10s", .min = 0.1 * NS_PER_S, .max = 60.0 * NS_PER_S,
 *          .help = "How long one post may take."},
 *         {0},
 *     };
 *
 * No initial value means required; SETTING_UNSET means it may be left out and its
 * field keeps what it held.  Every mistake is a problem at its place.
 *
 * Texts are views into the node or the table: they live as long as the document.
 */
#ifndef CONFIG_SETTINGS_H
#define CONFIG_SETTINGS_H

#include "config/node/node.h"
#include "core/error.h"

enum setting_type {
    SETTING_TEXT,     /* const char * */
    SETTING_PATH,     /* const char *, a file or directory, as named */
    SETTING_WORD,     /* int, index into `words` */
    SETTING_WHOLE,    /* int64_t */
    SETTING_NUMBER,   /* double */
    SETTING_BOOL,     /* bool: true, false */
    SETTING_DURATION, /* int64_t in ns: 5ms, 10s, 72h, 7d */
    SETTING_SIZE,     /* int64_t in bytes: 64MiB, 4GiB */
    SETTING_SHARE,    /* double, 0..1: 80 %, 0.8 */
    SETTING_SECRET, /* struct secret: {file: ...}, {environment: ...} or {credential: ...}
                     */
    SETTING_LIST,   /* const struct node *, a list of texts */
    SETTING_MAP,    /* const struct node *, a map that somebody else reads */
    SETTING_ANY,    /* const struct node *, of any kind, that somebody else reads */
};

#define SETTING_UNSET ""

struct setting {
    const char *key;
    enum setting_type type;
    size_t offset;       /* of the field */
    const char *initial; /* as one would write it; NULL: required */
    double min, max;     /* inclusive, in the field's unit; both 0: no limit */
    const char *help;
    const char *const *words; /* of SETTING_WORD, ends in NULL */
    const char *example;      /* for messages and the reference; NULL: by type */
};

/* Names the field in a table's line. */
#define AT(type, field) .offset = offsetof(type, field)

/* More keys than this a table does not have. */
#define SETTINGS_MAX ((size_t)48)

/* Reads `map` (NULL: nothing was given) by the table, which ends in {0}, into the
 * struct at `out`.  Unknown keys, missing ones and bad values are problems.  True
 * when there was none. */
bool settings_read(const struct setting *table, const struct node *map, void *out,
                   struct problems *problems);

/* The same for a map whose other keys somebody else reads: those of the table `others`,
 * or any when it is NULL. */
bool settings_read_beside(const struct setting *table, const struct setting *others,
                          const struct node *map, void *out, struct problems *problems);

/* Reads a single value by its line of a table. */
bool setting_read(const struct setting *setting, const struct node *node, void *out,
                  struct problems *problems);

/* Adds the table as Markdown: one table row a key. */
void settings_print_reference(const struct setting *table, struct buf *out);

/* How a duration, size or share is written; false when it is not one.  A duration
 * is at most 100 years, a size at most 2^53 bytes. */
MUST_CHECK bool duration_parse(struct bytes text, int64_t *ret_ns);
MUST_CHECK bool size_parse(struct bytes text, int64_t *ret_bytes);
MUST_CHECK bool share_parse(struct bytes text, double *ret_share);

#define VALUE_TEXT_MAX 40

/* The same the other way, for messages: "90s", "1.5h". */
void duration_print(int64_t ns, char *text);
void size_print(int64_t size, char *text);

/* ---- secrets ---- */

/* Where a secret is kept.  The configuration never holds the secret itself. */
enum secret_kind { SECRET_NONE, SECRET_FILE, SECRET_ENVIRONMENT, SECRET_CREDENTIAL };

struct secret {
    enum secret_kind kind;
    const char *name; /* path, variable, or name below $CREDENTIALS_DIRECTORY */
};

#define SECRET_TEXT_MAX 4096

/* Fetches it into `ret_text`, terminated, line end removed.  Read it each time it is
 * needed (so a changed file is noticed) and wipe it after use.
 * ERR_CONFIG: it is not there, empty, or longer than `size` - 1; the text names the
 * place, never the content. */
enum err secret_read(const struct secret *secret, char *ret_text, size_t size,
                     struct error *e) MUST_CHECK;

/* Overwrites it, also where the compiler sees no reader. */
void secret_wipe(char *text, size_t size);

#endif
