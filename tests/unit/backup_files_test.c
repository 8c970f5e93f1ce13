/* SPDX-License-Identifier: Apache-2.0 */
#include "backup_files.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>

#define EMPTY_HASH "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
#define HEAD                                                                             \
    "emgate backup v1\ngateway g\nsoftware emgate 1\nmade 2026-01-01T00:00:00Z\n"        \
    "records 7\n"

static enum err read_it(const char *text, struct backup_manifest *m)
{
    struct error e;
    return backup_read_manifest(bytes_of(text), m, &e);
}

Test(backup_files, a_manifest_says_what_there_is)
{
    struct backup_manifest m;
    char path[BACKUP_PATH_MAX];
    uint8_t hash[32];
    cr_assert_eq(read_it(HEAD EMPTY_HASH "  state/a b\nend 1\n", &m), ERR_OK);
    cr_assert(bytes_are(m.gateway, "g"));
    cr_assert_eq(m.records, 7);
    cr_assert_eq(m.files, 1);
    cr_assert(backup_next_file(&m.lines, path, hash));
    cr_assert_str_eq(path, "state/a b");
    cr_assert_eq(hash[0], 0xe3);
    cr_assert_not(backup_next_file(&m.lines, path, hash));
}

Test(backup_files, what_is_cut_or_leads_elsewhere_is_refused)
{
    struct backup_manifest m;
    cr_assert_eq(read_it("", &m), ERR_REJECT);
    cr_assert_eq(read_it("emgate backup v2\n", &m), ERR_CONFIG);
    cr_assert_eq(read_it(HEAD, &m), ERR_REJECT);
    cr_assert_eq(read_it(HEAD EMPTY_HASH "  a\nend 2\n", &m), ERR_REJECT);
    cr_assert_eq(read_it(HEAD EMPTY_HASH "  a\nend 1\nmore\n", &m), ERR_REJECT);
    cr_assert_eq(read_it(HEAD EMPTY_HASH "  /etc/passwd\nend 1\n", &m), ERR_REJECT);
    cr_assert_eq(read_it(HEAD EMPTY_HASH "  a/../../b\nend 1\n", &m), ERR_REJECT);
    cr_assert_eq(read_it(HEAD EMPTY_HASH " a\nend 1\n", &m), ERR_REJECT);
}

Test(backup_files, a_changed_file_is_found)
{
    char folder[] = "/tmp/emgate-backup-files-XXXXXX";
    char path[96];
    char command[128];
    struct buf text;
    struct backup_manifest m;
    struct error e;
    uint64_t count = 0;
    cr_assert(mkdtemp(folder));
    snprintf(path, sizeof path, "%s/one/two/file", folder);
    cr_assert_eq(backup_make_folders(path, &e), ERR_OK);
    cr_assert_eq(backup_write_file(path, BYTES("abc"), 0600, &e), ERR_OK);
    cr_assert_eq(backup_write_file(path, BYTES("abd"), 0600, &e), ERR_CONFIG);
    buf_init(&text, BACKUP_MANIFEST_MAX);
    buf_add_text(&text, HEAD);
    cr_assert_eq(backup_list_files(folder, &text, &count, &e), ERR_OK);
    cr_assert_eq(count, 1);
    buf_add_text(&text, "end 1\n");
    cr_assert_eq(backup_read_manifest(buf_bytes(&text), &m, &e), ERR_OK, "%s", e.text);
    cr_assert_eq(backup_check_files(folder, &m, &e), ERR_OK, "%s", e.text);
    FILE *file = fopen(path, "we");
    cr_assert(file);
    fclose(file);
    cr_assert_eq(backup_check_files(folder, &m, &e), ERR_CORRUPT);
    buf_deinit(&text);
    snprintf(command, sizeof command, "rm -rf '%s'", folder);
    cr_assert_eq(system(command), 0);
}
