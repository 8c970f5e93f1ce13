/* SPDX-License-Identifier: Apache-2.0 */
#include "tls/identity.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

/* A folder with the certificates of tests/lib/certificates.sh. */
struct bench {
    char folder[64];
    char path[4][128];
};

static void run(const char *words, const char *folder, const char *file)
{
    char command[512];
    snprintf(command, sizeof command, "%s '%s/%s'", words, folder, file);
    cr_assert_eq(system(command), 0, "%s", command); /* NOLINT: our own words */
}

static void set_up(struct bench *b)
{
    snprintf(b->folder, sizeof b->folder, "/tmp/emgate-identity-XXXXXX");
    cr_assert(mkdtemp(b->folder));
    run("sh '" TEST_DATA "/lib/certificates.sh'", b->folder, "");
}

static void clear(struct bench *b)
{
    run("rm -r", b->folder, "");
}

static const char *path(struct bench *b, int i, const char *name)
{
    snprintf(b->path[i], sizeof b->path[i], "%s/%s", b->folder, name);
    return b->path[i];
}

static enum err open_with(struct bench *b, const char *cert, const char *key,
                          const char *authority, struct identity **ret, struct error *e)
{
    struct identity_files files = {path(b, 0, cert), path(b, 1, key),
                                   authority ? path(b, 2, authority) : NULL};
    return identity_open(&files, ret, e);
}

Test(identity, holds_the_texts_and_knows_its_end)
{
    struct bench b;
    struct identity *identity = NULL;
    struct error e = {0};
    set_up(&b);
    cr_assert_eq(open_with(&b, "server.crt", "server.key", "ca.crt", &identity, &e),
                 ERR_OK, "%s", e.text);
    cr_assert(strstr(identity_certificate(identity), "BEGIN CERTIFICATE"));
    cr_assert(strstr(identity_key(identity), "PRIVATE KEY"));
    cr_assert(strstr(identity_client_authority(identity), "BEGIN CERTIFICATE"));
    int64_t now_s = time(NULL);
    cr_assert_geq(identity_days_left(identity, now_s), 0);
    cr_assert_leq(identity_days_left(identity, now_s), 1);
    cr_assert_lt(identity_days_left(identity, now_s + 200000), 0);
    identity_close(&identity);
    cr_assert_null(identity);
    identity_close(&identity);
    clear(&b);
}

Test(identity, refuses_what_can_not_be_used_and_names_the_file)
{
    static const struct {
        const char *cert, *key, *authority, *words;
    } cases[] = {
        {"nothing.crt", "server.key", NULL, "nothing.crt"},
        {"server.crt", "client.key", NULL, "client.key"},
        {"server.crt", "server.crt", NULL, "server.crt"},
        {"server.key", "server.key", NULL, "server.key"},
        {"server.crt", "empty", NULL, "empty"},
        {"server.crt", "server.key", "server.key", "no certificate in"},
    };
    struct bench b;
    set_up(&b);
    run("touch", b.folder, "empty");
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct identity *identity = NULL;
        struct error e = {0};
        cr_assert_eq(
            open_with(&b, cases[i].cert, cases[i].key, cases[i].authority, &identity, &e),
            ERR_CONFIG, "%zu", i);
        cr_assert(strstr(e.text, cases[i].words), "%zu: %s", i, e.text);
        cr_assert_null(identity);
    }
    clear(&b);
}

Test(identity, does_not_ask_clients_without_an_authority)
{
    struct bench b;
    struct identity *identity = NULL;
    struct error e = {0};
    char name[IDENTITY_NAME_MAX] = "before";
    set_up(&b);
    cr_assert_eq(open_with(&b, "server.crt", "server.key", NULL, &identity, &e), ERR_OK);
    cr_assert_null(identity_client_authority(identity));
    cr_assert_eq(identity_judge(identity, NULL, name, &e), GUEST_NONE);
    cr_assert_str_empty(name);
    identity_close(&identity);
    clear(&b);
}
