/* SPDX-License-Identifier: Apache-2.0 */
#include "registry/packs.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static void count(void *ctx, struct bytes about)
{
    int *counted = ctx;
    cr_expect(bytes_are(about, "{}"));
    ++*counted;
}

Test(packs, a_pack_without_its_description_is_not_there)
{
    static const uint8_t key[PACKS_KEY_LEN] = {7};
    char folder[] = "/tmp/emgate-packs-XXXXXX";
    char path[256];
    char command[128];
    struct buf out;
    struct error e;
    int counted = 0;
    cr_assert(mkdtemp(folder));
    snprintf(path, sizeof path, "%s/packs", folder);
    buf_init(&out, 1 << 16);
    cr_assert_eq(packs_each(path, count, &counted, &e), ERR_OK);
    cr_expect_eq(packs_get(path, key, &out, &e), ERR_REJECT);
    for (int i = 0; i < 2; i++) {
        cr_assert_eq(packs_put(path, key, BYTES("pack"), BYTES("{}"), &e), ERR_OK, "%s",
                     e.text);
    }
    cr_assert_eq(packs_each(path, count, &counted, &e), ERR_OK);
    cr_expect_eq(counted, 1);
    cr_assert_eq(packs_get(path, key, &out, &e), ERR_OK);
    cr_expect(bytes_are(buf_bytes(&out), "pack"));
    snprintf(path, sizeof path, "%s/packs/%02x%062d.json", folder, 7, 0);
    cr_assert_eq(unlink(path), 0);
    counted = 0;
    snprintf(path, sizeof path, "%s/packs", folder);
    cr_assert_eq(packs_each(path, count, &counted, &e), ERR_OK);
    cr_expect_eq(counted, 0);
    cr_expect_eq(packs_about(path, key, &out, &e), ERR_REJECT);
    buf_deinit(&out);
    snprintf(command, sizeof command, "rm -rf '%s'", folder);
    (void)!system(command);
}
