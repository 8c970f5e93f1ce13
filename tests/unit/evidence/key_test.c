/* SPDX-License-Identifier: Apache-2.0 */
#include "evidence/key.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

/* RFC 8032 section 7.1, test 1: the empty message. */
#define SEED "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60"
#define OPEN "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a"

struct place {
    char folder[64], path[128], open[160];
};

static struct place make_place(void)
{
    struct place p = {.folder = "/tmp/emgate-key-XXXXXX"};
    cr_assert(mkdtemp(p.folder));
    snprintf(p.path, sizeof p.path, "%s/signing.key", p.folder);
    snprintf(p.open, sizeof p.open, "%s.pub", p.path);
    return p;
}

static void drop_place(const struct place *p)
{
    unlink(p->path);
    unlink(p->open);
    rmdir(p->folder);
}

Test(key, signs_the_vector_of_rfc_8032)
{
    struct key_public seed;
    struct key_public wanted;
    cr_assert(key_parse(bytes_of(SEED), &seed));
    cr_assert(key_parse(bytes_of(OPEN), &wanted));
    struct key_pair *pair = key_of_seed(seed.bytes);
    cr_assert_arr_eq(key_get_public(pair)->bytes, wanted.bytes, KEY_PUBLIC_LEN);
    uint8_t signature[KEY_SIGNATURE_LEN];
    key_sign(pair, BYTES(""), signature);
    static const uint8_t first[] = {0xe5, 0x56, 0x43, 0x00, 0xc3, 0x60, 0xac, 0x72};
    cr_assert_arr_eq(signature, first, sizeof first);
    struct bytes whole = {signature, sizeof signature};
    cr_assert(key_verify(&wanted, BYTES(""), whole));
    cr_assert_not(key_verify(&wanted, BYTES("x"), whole));
    cr_assert_not(key_verify(&wanted, BYTES(""), bytes_slice(whole, 0, 63)));
    signature[40] ^= 1;
    cr_assert_not(key_verify(&wanted, BYTES(""), whole));
    key_close(&pair);
}

Test(key, is_made_once_and_only_its_owner_may_read_it)
{
    struct place p = make_place();
    struct key_pair *first = NULL;
    struct key_pair *again = NULL;
    struct error e;
    cr_assert_eq(key_open_or_make(p.path, &first, &e), ERR_OK);
    cr_assert_eq(key_open_or_make(p.path, &again, &e), ERR_OK);
    cr_assert_str_eq(key_get_public(first)->id, key_get_public(again)->id);
    struct stat found;
    cr_assert_eq(stat(p.path, &found), 0);
    cr_assert_eq(found.st_mode & 0777, 0400);
    cr_assert_eq(key_make(p.path, &e), ERR_SYSTEM, "it is never overwritten");
    struct secret open = {.kind = SECRET_FILE, .name = p.open};
    char text[KEY_HEX_MAX];
    char line[SECRET_TEXT_MAX];
    cr_assert_eq(secret_read(&open, line, sizeof line, &e), ERR_OK);
    key_print(key_get_public(first), text);
    cr_assert_str_eq(line, text);
    key_close(&first);
    key_close(&again);
    drop_place(&p);
}

Test(key, that_is_no_key_is_refused_without_being_shown)
{
    struct place p = make_place();
    FILE *out = fopen(p.path, "w");
    cr_assert(out);
    fputs("secret-but-no-key\n", out);
    fclose(out);
    struct key_pair *pair = NULL;
    struct error e;
    cr_assert_eq(key_open_or_make(p.path, &pair, &e), ERR_CONFIG);
    cr_assert_null(strstr(e.text, "secret-but"));
    drop_place(&p);
}
