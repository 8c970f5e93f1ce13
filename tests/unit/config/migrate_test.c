/* SPDX-License-Identifier: Apache-2.0 */
#include "config/migrate.h"

#include <criterion/criterion.h>

static const struct config_move moves[] = {
    {2, "windows.grace", "lateness"},
    {3, "points.every", "interval"},
    {3, "mqtt", "brokers"},
    {0},
};

/* The new text, or the problems' words; the caller frees it. */
static struct buf migrated(const char *text, bool good)
{
    struct buf out;
    struct problems problems;
    buf_init(&out, 1 << 16);
    problems_init(&problems);
    config_migrate("p.yaml", bytes_of(text), moves, 3, &out, &problems);
    cr_assert_eq(problems.count == 0, good, "%.*s", BYTES_ARG(buf_bytes(&problems.text)));
    if (!good) {
        buf_clear(&out);
        buf_add(&out, buf_bytes(&problems.text));
    }
    problems_deinit(&problems);
    buf_add_byte(&out, 0);
    return out;
}

static void assert_migrated(const char *text, const char *wanted)
{
    struct buf out = migrated(text, true);
    cr_assert_str_eq((const char *)out.data, wanted);
    buf_deinit(&out);
}

static void assert_told(const char *text, const char *wanted)
{
    struct buf out = migrated(text, false);
    cr_assert(strstr((const char *)out.data, wanted), "%s", (const char *)out.data);
    buf_deinit(&out);
}

Test(config_migrate, renames_keys_where_they_stand)
{
    assert_migrated("# a plant: every, mqtt\n"
                    "mqtt: [{name: a}]   # the broker\n"
                    "windows: {note: \"gr\xc3\xb6\xc3\x9f e\", grace: 5m}\n"
                    "points:\n"
                    "  - {id: a, 'every': 10s}\n"
                    "  - id: b # every\n"
                    "    every: 20s\n",
                    "# a plant: every, mqtt\n"
                    "version: 3\n"
                    "brokers: [{name: a}]   # the broker\n"
                    "windows: {note: \"gr\xc3\xb6\xc3\x9f e\", lateness: 5m}\n"
                    "points:\n"
                    "  - {id: a, 'interval': 10s}\n"
                    "  - id: b # every\n"
                    "    interval: 20s\n");
}

Test(config_migrate, begins_at_the_version_that_the_file_says)
{
    assert_migrated("version: 2 # since May\nwindows: {grace: 5m}\nmqtt: []\n",
                    "version: 3 # since May\nwindows: {grace: 5m}\nbrokers: []\n");
    assert_migrated("version: 3\nmqtt: []\n", "version: 3\nmqtt: []\n");
}

Test(config_migrate, what_it_cannot_do_is_told_with_its_place)
{
    assert_told("version: 4\n", "p.yaml:1:10: version: the file is for version 4");
    assert_told("version: new\n", "p.yaml:1:10: version: want a number");
    assert_told("windows: {grace: 5m, lateness: 6m}\n",
                "p.yaml:1:11: 'grace' is 'lateness' since version 2");
    assert_told("{mqtt: []}\n", "p.yaml:1:2: write 'version: 3' by hand");
    assert_told("windows: {\n", "p.yaml:");
    assert_told("[1]\n", "a map of sections");
}

Test(config_migrate, the_moves_so_far_fit_the_version)
{
    for (const struct config_move *move = config_moves; move->path; move++) {
        cr_assert_leq(move->since, CONFIG_VERSION);
    }
}
