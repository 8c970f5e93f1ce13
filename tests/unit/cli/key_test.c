/* SPDX-License-Identifier: Apache-2.0 */
#include "config_text.h"
#include "evidence_command.h"

#include <sys/stat.h>
#include <unistd.h>

struct place {
    char folder[64], config[128], key[128], next[160];
};

static void open_place(struct place *p)
{
    *p = (struct place){.folder = "/tmp/emgate-keys-XXXXXX"};
    cr_assert(mkdtemp(p->folder));
    snprintf(p->config, sizeof p->config, "%s/plant.yaml", p->folder);
    snprintf(p->key, sizeof p->key, "%s/signing.key", p->folder);
    snprintf(p->next, sizeof p->next, "%s.next", p->key);
    struct buf text = plant_with("/tmp/emgate-test", p->folder);
    command_file(p->config, buf_bytes(&text));
    buf_deinit(&text);
}

static void close_place(struct place *p)
{
    static const char *const names[] = {"plant.yaml", "signing.key", "signing.key.pub",
                                        "signing.key.next", "signing.key.next.pub"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        char path[128];
        snprintf(path, sizeof path, "%s/%s", p->folder, names[i]);
        unlink(path);
    }
    rmdir(p->folder);
}

Test(key_command, makes_shows_and_makes_the_next)
{
    struct place p;
    struct stat found;
    open_place(&p);
    cr_assert_eq(command_line("emgate key show -c @", p.config, NULL, NULL),
                 EXIT_BAD_CONFIG, "there is none yet");
    cr_assert_eq(command_line("emgate key create -c @", p.config, NULL, NULL), EXIT_OK);
    cr_assert(command_said("key "), "%s", command_printed);
    cr_assert_eq(stat(p.key, &found), 0);
    cr_assert_eq(found.st_mode & 0777, 0400);
    cr_assert_eq(command_line("emgate key create -c @", p.config, NULL, NULL), EXIT_IO,
                 "never over another");
    cr_assert_eq(command_line("emgate key rotate -c @", p.config, NULL, NULL), EXIT_OK);
    cr_assert_eq(stat(p.next, &found), 0);
    cr_assert_eq(found.st_mode & 0777, 0400);
    cr_assert_eq(command_line("emgate key show -c @", p.config, NULL, NULL), EXIT_OK);
    cr_assert(command_said("\nnext "), "%s", command_printed);
    close_place(&p);
}

Test(key_command, never_prints_what_is_private)
{
    struct place p;
    char seed[80] = "";
    open_place(&p);
    cr_assert_eq(command_line("emgate key create -c @", p.config, NULL, NULL), EXIT_OK);
    FILE *in = fopen(p.key, "re");
    cr_assert(in && fgets(seed, 65, in));
    fclose(in);
    static const char *const words[] = {"show", "rotate", "revoke"};
    for (size_t i = 0; i < 3; i++) {
        cr_assert_eq(command_line("emgate key @ -c @", words[i], p.config, NULL),
                     EXIT_OK);
        cr_assert_not(command_said(seed));
    }
    cr_assert(command_said("revoked:"), "%s", command_printed);
    close_place(&p);
}

Test(key_command, wants_to_know_what)
{
    struct place p;
    open_place(&p);
    cr_assert_eq(command_line("emgate key turn -c @", p.config, NULL, NULL), EXIT_USAGE);
    cr_assert_eq(command_line("emgate key show", NULL, NULL, NULL), EXIT_USAGE);
    close_place(&p);
}
