/* SPDX-License-Identifier: Apache-2.0 */
#include "config_text.h"
#include "evidence_command.h"

#include <unistd.h>

struct place {
    char folder[64], config[128], broker[128], acl[128];
};

static void open_place(struct place *p)
{
    *p = (struct place){.folder = "/tmp/emgate-broker-XXXXXX"};
    cr_assert(mkdtemp(p->folder));
    snprintf(p->config, sizeof p->config, "%s/plant.yaml", p->folder);
    snprintf(p->broker, sizeof p->broker, "%s/emgate.conf", p->folder);
    snprintf(p->acl, sizeof p->acl, "%s/emgate.acl", p->folder);
    struct buf text = plant_with("  - {topic: emgate/v1/+/telemetry, adapter: native}\n",
                                 "  - {topic: emgate/v1/+/telemetry, adapter: native}\n"
                                 "  - {topic: spBv1.0/#, adapter: sparkplug}\n");
    command_file(p->config, buf_bytes(&text));
    buf_deinit(&text);
}

static void close_place(struct place *p)
{
    unlink(p->config);
    unlink(p->broker);
    unlink(p->acl);
    rmdir(p->folder);
}

static void read_text(const char *path, char *text, size_t size)
{
    FILE *in = fopen(path, "re");
    cr_assert(in);
    size_t len = fread(text, 1, size - 1, in);
    text[len] = 0;
    fclose(in);
}

Test(broker_config_command, binds_a_device_to_its_own_topics)
{
    struct place p;
    char text[8192];
    open_place(&p);
    cr_assert_eq(command_line("emgate broker-config -c @ -o @ --listen 9999", p.config,
                              p.folder, NULL),
                 EXIT_OK);
    read_text(p.acl, text, sizeof text);
    cr_assert(strstr(text, "\npattern write emgate/v1/%u/telemetry\n"), "%s", text);
    cr_assert(strstr(text, "user test-01\n"), "%s", text);
    cr_assert(strstr(text, "topic read spBv1.0/#\n"), "%s", text);
    cr_assert_not(strstr(text, "pattern write spB"), "nobody may, until it is said who");
    read_text(p.broker, text, sizeof text);
    cr_assert(strstr(text, "listener 9999\n"));
    cr_assert(strstr(text, "require_certificate true\n"));
    cr_assert(strstr(text, "max_queued_messages 0\n"), "%s", text);
    cr_assert_not(strstr(text, "allow_anonymous true"));
    close_place(&p);
}

Test(broker_config_command, wants_a_place_it_can_write)
{
    struct place p;
    open_place(&p);
    cr_assert_eq(command_line("emgate broker-config -c @", p.config, NULL, NULL),
                 EXIT_USAGE);
    cr_assert_eq(
        command_line("emgate broker-config -c @ -o @/none", p.config, p.folder, NULL),
        EXIT_IO);
    close_place(&p);
}
