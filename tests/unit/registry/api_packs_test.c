/* SPDX-License-Identifier: Apache-2.0 */
/* With the pack of the vectors: gateway test-01, seven summaries of its kiln. */
#include "registry/packs.h"

#include "service_stage.h"

#include <criterion/criterion.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>

#define GATEWAY "test-01"
#define PACK_SIZE_MAX_HERE (1 << 20)

struct bench {
    struct service_stage s;
    char folder[64];
    struct buf file;
};

static void read_vector(const char *name, struct buf *out)
{
    char path[512];
    uint8_t block[4096];
    size_t len = 0;
    snprintf(path, sizeof path, TEST_DATA "/vectors/evidence/%s", name);
    FILE *in = fopen(path, "rbe");
    cr_assert(in, "%s", path);
    buf_init(out, PACK_SIZE_MAX_HERE);
    while ((len = fread(block, 1, sizeof block, in)) > 0) {
        buf_add(out, (struct bytes){block, len});
    }
    fclose(in);
}

static void bench_init(struct bench *b)
{
    struct buf keys;
    struct gateway_settings *gateway = &b->s.stage.gateway;
    service_stage_init(&b->s);
    snprintf(b->folder, sizeof b->folder, "/tmp/emgate-packs-XXXXXX");
    cr_assert(mkdtemp(b->folder));
    b->s.service.packs = b->folder;
    read_vector("keys.txt", &keys);
    cr_assert(key_parse(bytes_slice(buf_bytes(&keys), 0, 64), &gateway->public_key));
    buf_deinit(&keys);
    gateway->id = GATEWAY;
    table_put(&b->s.settings.by_id, BYTES(GATEWAY), gateway);
    b->s.more[0][0] = "gateway";
    b->s.more[0][1] = GATEWAY;
    read_vector("proofs.pack", &b->file);
}

static void bench_deinit(struct bench *b)
{
    char command[128];
    snprintf(command, sizeof command, "rm -rf '%s'", b->folder);
    (void)!system(command);
    buf_deinit(&b->file);
    service_stage_deinit(&b->s);
}

static void key_path(const struct bench *b, char ret_key[65])
{
    uint8_t key[PACKS_KEY_LEN];
    crypto_hash_sha256(key, b->file.data, b->file.len);
    sodium_bin2hex(ret_key, 65, key, sizeof key);
}

Test(api_packs, what_holds_is_kept_listed_and_given_back_as_it_came)
{
    struct bench b;
    char key[65];
    bench_init(&b);
    key_path(&b, key);
    for (int i = 0; i < 2; i++) { /* the same again changes nothing */
        cr_assert_eq(service_ask(&b.s, api_pack_post, "", buf_bytes(&b.file)), 200, "%s",
                     (const char *)b.s.answer.body.data);
    }
    cr_expect(service_said(&b.s, "\"summaries\":7,\"summaries_stored\":0"));
    cr_expect(service_said(&b.s, "\"key_enrolled\":true"));
    cr_expect_eq(service_ask(&b.s, api_packs, "", BYTES("")), 200);
    cr_expect(service_said(&b.s, key));
    cr_expect(service_said(&b.s, "\"check\":\"inputs\",\"outcome\":\"held\""));
    cr_expect_eq(service_ask(&b.s, api_pack, key, BYTES("")), 200);
    cr_expect(bytes_equal(buf_bytes(&b.s.answer.body), buf_bytes(&b.file)));
    key[0] = key[0] == '0' ? '1' : '0';
    cr_expect_eq(service_ask(&b.s, api_pack, key, BYTES("")), 404);
    cr_expect_eq(service_ask(&b.s, api_pack, "../registry.db", BYTES("")), 404);
    b.s.more[0][1] = "another";
    cr_expect_eq(service_ask(&b.s, api_packs, "", BYTES("")), 200);
    cr_expect_str_eq((const char *)b.s.answer.body.data, "{\"items\":[]}");
    bench_deinit(&b);
}

Test(api_packs, what_does_not_hold_is_refused_and_not_kept)
{
    struct bench b;
    struct buf edited;
    bench_init(&b);
    read_vector("edited-reading.pack", &edited);
    cr_expect_eq(service_ask(&b.s, api_pack_post, "", buf_bytes(&edited)), 422);
    buf_deinit(&edited);
    cr_expect_eq(service_ask(&b.s, api_pack_post, "", BYTES("rubbish")), 422);
    cr_expect_eq(service_ask(&b.s, api_pack_post, "", BYTES("")), 422);
    for (size_t len = 8; len < b.file.len; len += 997) {
        struct bytes cut = bytes_slice(buf_bytes(&b.file), 0, len);
        cr_expect_eq(service_ask(&b.s, api_pack_post, "", cut), 422, "%zu bytes", len);
    }
    b.s.more[0][1] = "nobody";
    cr_expect_eq(service_ask(&b.s, api_pack_post, "", buf_bytes(&b.file)), 403);
    struct gateway_settings other = b.s.stage.gateway;
    other.id = "other";
    other.has_public_key = false; /* it believes the pack's own */
    table_put(&b.s.settings.by_id, BYTES("other"), &other);
    b.s.more[0][1] = "other"; /* another gateway's pack */
    cr_expect_eq(service_ask(&b.s, api_pack_post, "", buf_bytes(&b.file)), 422);
    b.s.more[0][0] = NULL;
    cr_expect_eq(service_ask(&b.s, api_pack_post, "", buf_bytes(&b.file)), 400);
    cr_expect_eq(service_ask(&b.s, api_packs, "", BYTES("")), 200);
    cr_expect_str_eq((const char *)b.s.answer.body.data, "{\"items\":[]}");
    bench_deinit(&b);
}

Test(api_packs, a_pack_of_another_key_is_refused)
{
    static const uint8_t seed[KEY_PUBLIC_LEN] = {9};
    struct key_pair *other = key_of_seed(seed);
    struct bench b;
    bench_init(&b);
    b.s.stage.gateway.public_key = *key_get_public(other);
    key_close(&other);
    cr_expect_eq(service_ask(&b.s, api_pack_post, "", buf_bytes(&b.file)), 422);
    bench_deinit(&b);
}

Test(api_packs, without_a_folder_none_are_taken)
{
    struct bench b;
    bench_init(&b);
    b.s.service.packs = NULL;
    cr_expect_eq(service_ask(&b.s, api_pack_post, "", buf_bytes(&b.file)), 404);
    cr_expect_eq(service_ask(&b.s, api_pack, "", BYTES("")), 404);
    cr_expect_eq(service_ask(&b.s, api_packs, "", BYTES("")), 200);
    bench_deinit(&b);
}

Test(api_packs, a_plant_sees_its_own_only)
{
    static const struct reader_settings other = {
        .name = "other", .role = ROLE_PLANT, .operator_id = "OP-9"};
    struct bench b;
    char key[65];
    bench_init(&b);
    key_path(&b, key);
    cr_assert_eq(service_ask(&b.s, api_pack_post, "", buf_bytes(&b.file)), 200);
    struct answer answer = {0};
    buf_init(&answer.body, PACK_SIZE_MAX_HERE);
    struct question question = {.rest = key, .reader = &other};
    api_pack(&b.s.service, &question, &answer);
    cr_expect_eq(answer.status, 404);
    buf_deinit(&answer.body);
    bench_deinit(&b);
}
