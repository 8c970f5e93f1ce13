/* SPDX-License-Identifier: Apache-2.0 */
#include "evidence/pack.h"

#include <criterion/criterion.h>

static const struct pack_manifest example = {
    .gateway = "gw-1", .process = "kiln", .from_ns = -5, .to_ns = 7, .records = 9};

static struct buf make(void)
{
    struct buf file;
    struct buf text;
    static const uint8_t key[32] = {1};
    buf_init(&file, 4096);
    buf_init(&text, 1024);
    pack_put_manifest(&example, &text);
    pack_begin(&file);
    pack_add(&file, PACK_MANIFEST, buf_bytes(&text));
    pack_add(&file, PACK_KEY, (struct bytes){key, sizeof key});
    pack_add(&file, PACK_SUMMARY, BYTES("envelope"));
    pack_end(&file);
    buf_deinit(&text);
    return file;
}

Test(pack, comes_back_as_it_was_written)
{
    struct buf file = make();
    struct pack pack;
    struct pack_manifest manifest;
    struct error e;
    cr_assert(pack_is_one(buf_bytes(&file)));
    cr_assert_eq(pack_read(buf_bytes(&file), &pack, &e), ERR_OK, "%s", e.text);
    cr_assert_eq(pack.count, 3);
    cr_assert(pack.digest_holds);
    cr_assert(bytes_are(pack.entries[2].data, "envelope"));
    cr_assert(pack_get_manifest(pack.entries[0].data, &manifest));
    cr_assert_str_eq(manifest.process, "kiln");
    cr_assert(manifest.from_ns == -5 && manifest.to_ns == 7 && manifest.records == 9);
    cr_assert_not(manifest.whole);
    pack_free(&pack);
    buf_deinit(&file);
}

Test(pack, a_changed_byte_inside_an_entry_leaves_it_readable_and_is_told)
{
    struct buf file = make();
    struct pack pack;
    struct error e;
    file.data[20] ^= 1;
    cr_assert_eq(pack_read(buf_bytes(&file), &pack, &e), ERR_OK);
    cr_assert_not(pack.digest_holds);
    pack_free(&pack);
    buf_deinit(&file);
}

Test(pack, cut_anywhere_is_no_pack)
{
    struct buf file = make();
    struct pack pack;
    struct error e;
    for (size_t len = 0; len < file.len; len++) {
        cr_assert_eq(pack_read(bytes_slice(buf_bytes(&file), 0, len), &pack, &e),
                     ERR_REJECT, "%zu bytes", len);
    }
    buf_deinit(&file);
}

Test(pack, a_manifest_is_written_in_one_way_only)
{
    struct pack_manifest m;
    cr_assert(pack_get_manifest(BYTES("emgate pack v1\ngateway g\nprocess *\nfrom 1\n"
                                      "to 2\nrecords 3\nform whole\n"),
                                &m));
    cr_assert(m.whole);
    cr_assert_not(
        pack_get_manifest(BYTES("emgate pack v1\ngateway g\nprocess *\nfrom 01\n"
                                "to 2\nrecords 3\nform whole\n"),
                          &m));
    cr_assert_not(pack_get_manifest(BYTES("emgate pack v1\ngateway g\nprocess *\nfrom 1\n"
                                          "to 2\nrecords 3\nform half\n"),
                                    &m));
}
