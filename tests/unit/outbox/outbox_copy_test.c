/* SPDX-License-Identifier: Apache-2.0 */
#include "outbox/outbox.h"

#include <criterion/criterion.h>
#include <sodium.h>
#include <stdio.h>
#include <unistd.h>

static struct outbox *filled(const char *summary)
{
    const char *const sinks[] = {"a", NULL};
    struct outbox *outbox = NULL;
    struct error e;
    struct outbox_summary s = {.process = "kiln", .summary = bytes_of(summary)};
    crypto_hash_sha256(s.key, (const uint8_t *)"summary", 7);
    cr_assert_eq(outbox_open(":memory:", sinks, &outbox, &e), ERR_OK);
    cr_assert_eq(outbox_begin(outbox, &e), ERR_OK);
    cr_assert_eq(outbox_put_summary(outbox, &s, &e), ERR_OK);
    cr_assert_eq(outbox_commit(outbox, &e), ERR_OK);
    return outbox;
}

static void name_file(char path[64])
{
    snprintf(path, 64, "/tmp/emgate-outbox-copy-%d.db", (int)getpid());
    unlink(path);
}

Test(outbox_copy, is_a_whole_file_of_its_own)
{
    char path[64];
    struct error e;
    uint64_t count = 0;
    struct outbox *outbox = filled("summary");
    name_file(path);
    cr_assert_eq(outbox_copy(outbox, path, &e), ERR_OK, "%s", e.text);
    outbox_close(&outbox);
    cr_assert_eq(outbox_check(path, &count, &e), ERR_OK, "%s", e.text);
    cr_assert_eq(count, 1);
    unlink(path);
}

Test(outbox_copy, a_summary_that_is_not_its_keys_is_damage)
{
    char path[64];
    struct error e;
    uint64_t count = 0;
    struct outbox *outbox = filled("summarx");
    name_file(path);
    cr_assert_eq(outbox_copy(outbox, path, &e), ERR_OK, "%s", e.text);
    outbox_close(&outbox);
    cr_assert_eq(outbox_check(path, &count, &e), ERR_CORRUPT);
    cr_assert(strstr(e.text, "key"), "%s", e.text);
    unlink(path);
}
