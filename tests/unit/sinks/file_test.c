/* SPDX-License-Identifier: Apache-2.0 */
/* The file sink under its forwarder, on a folder of its own. */
#include "sinks/sink.h"

#include "sink_rig.h"

#include <criterion/criterion.h>
#include <dirent.h>
#include <fcntl.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

struct stage {
    char folder[64];
    char path[128];
    struct sink_rig rig;
};

static void stage_init(struct stage *stage, const char *more)
{
    char settings[512];
    snprintf(stage->folder, sizeof stage->folder, "/tmp/emgate-file-XXXXXX");
    cr_assert_not_null(mkdtemp(stage->folder));
    snprintf(stage->path, sizeof stage->path, "%s/summaries.jsonl", stage->folder);
    snprintf(settings, sizeof settings, "path: %s\n%s", stage->path, more);
    sink_rig_init(&stage->rig, "file", settings);
}

static void stage_deinit(struct stage *stage)
{
    sink_rig_deinit(&stage->rig);
    DIR *dir = opendir(stage->folder);
    for (struct dirent *entry = readdir(dir); entry; entry = readdir(dir)) {
        char path[512];
        snprintf(path, sizeof path, "%s/%s", stage->folder, entry->d_name);
        unlink(path);
    }
    closedir(dir);
    rmdir(stage->folder);
}

/* Files in the folder; and lines of all of them, each of which must be JSON. */
static unsigned count_files(const struct stage *stage, unsigned *ret_lines)
{
    unsigned files = 0;
    *ret_lines = 0;
    DIR *dir = opendir(stage->folder);
    for (struct dirent *entry = readdir(dir); entry; entry = readdir(dir)) {
        char path[512];
        char line[8192];
        if (entry->d_name[0] == '.') {
            continue;
        }
        files++;
        snprintf(path, sizeof path, "%s/%s", stage->folder, entry->d_name);
        FILE *in = fopen(path, "r");
        while (fgets(line, sizeof line, in)) {
            json_t *json = json_loads(line, 0, NULL);
            cr_assert_not_null(json, "%s", line);
            json_decref(json);
            ++*ret_lines;
        }
        fclose(in);
    }
    closedir(dir);
    return files;
}

static json_t *first_line(const struct stage *stage)
{
    char line[8192];
    FILE *in = fopen(stage->path, "r");
    cr_assert_not_null(in);
    cr_assert_not_null(fgets(line, sizeof line, in));
    fclose(in);
    return json_loads(line, 0, NULL);
}

Test(file, a_line_holds_key_envelope_and_the_summary_in_words)
{
    struct stage stage;
    stage_init(&stage, "");
    sink_rig_put(&stage.rig, 1);

    cr_assert_eq(sink_rig_run(&stage.rig, 10), 1);

    json_t *line = first_line(&stage);
    const char *key = json_string_value(json_object_get(line, "key"));
    const json_t *summary = json_object_get(line, "summary");
    const json_t *direct = json_object_get(
        json_object_get(json_object_get(summary, "attribution"), "attributed_direct"),
        "value");
    cr_assert_eq(strlen(key), 64);
    cr_assert_not_null(json_object_get(line, "envelope"));
    cr_assert_str_eq(json_string_value(json_object_get(summary, "window_start")),
                     "2026-07-15T16:00:00Z");
    cr_assert_eq(json_real_value(direct), 100.5);
    cr_assert_eq(stage.rig.outbox.rows[0].state, FAKE_DONE);
    json_decref(line);
    stage_deinit(&stage);
}

Test(file, a_torn_line_is_cut_off_and_comes_again)
{
    struct stage stage;
    stage_init(&stage, "");
    int fd = open(stage.path, O_CREAT | O_WRONLY | O_CLOEXEC, 0600);
    cr_assert_eq(write(fd, "{\"key\": 1}\n{\"key\": ", 19), 19);
    close(fd);
    sink_rig_put(&stage.rig, 3);

    sink_rig_run(&stage.rig, 10);

    unsigned lines = 0;
    cr_assert_eq(count_files(&stage, &lines), 1);
    cr_assert_eq(lines, 4);
    stage_deinit(&stage);
}

Test(file, a_full_file_is_put_beside_and_nothing_is_lost)
{
    struct stage stage;
    stage_init(&stage, "rotate: size\nrotate_size: 4KiB");
    for (int i = 0; i < 6; i++) {
        sink_rig_put(&stage.rig, 10);
        sink_rig_run(&stage.rig, 10);
    }

    unsigned lines = 0;
    cr_assert_eq(count_files(&stage, &lines), 6);
    cr_assert_eq(lines, 60);
    stage_deinit(&stage);
}

Test(file, yesterdays_file_is_put_beside)
{
    struct stage stage;
    stage_init(&stage, "");
    int fd = open(stage.path, O_CREAT | O_WRONLY | O_CLOEXEC, 0600);
    cr_assert_eq(write(fd, "{}\n", 3), 3);
    const struct timespec times[] = {{.tv_sec = 1000000}, {.tv_sec = 1000000}};
    cr_assert_eq(futimens(fd, times), 0);
    close(fd);
    sink_rig_put(&stage.rig, 1);

    sink_rig_run(&stage.rig, 10);

    unsigned lines = 0;
    cr_assert_eq(count_files(&stage, &lines), 2);
    cr_assert_eq(lines, 2);
    stage_deinit(&stage);
}

Test(file, what_is_no_envelope_is_set_aside_and_the_rest_is_written)
{
    struct stage stage;
    stage_init(&stage, "");
    sink_rig_put(&stage.rig, 1);
    fake_outbox_put(&stage.rig.outbox, "clinker", "rubbish");
    sink_rig_put(&stage.rig, 1);

    sink_rig_run(&stage.rig, 10);

    unsigned lines = 0;
    count_files(&stage, &lines);
    cr_assert_eq(lines, 2);
    cr_assert_eq(stage.rig.outbox.rows[1].state, FAKE_SET_ASIDE);
    stage_deinit(&stage);
}

Test(file, a_folder_that_is_not_there_is_waited_for)
{
    struct stage stage;
    stage_init(&stage, "");
    sink_rig_put(&stage.rig, 1);
    cr_assert_eq(rmdir(stage.folder), 0);
    int64_t wait_ns = 0;
    cr_assert_eq(forward_step(stage.rig.forward, &wait_ns), FORWARD_WAIT);
    cr_assert_eq(mkdir(stage.folder, 0700), 0);
    stage.rig.now_ns += wait_ns;

    sink_rig_run(&stage.rig, 10);

    cr_assert_eq(stage.rig.outbox.rows[0].state, FAKE_DONE);
    stage_deinit(&stage);
}

Test(file, two_writers_of_one_file_are_one_too_many)
{
    struct stage stage;
    stage_init(&stage, "");
    sink_rig_put(&stage.rig, 1);
    sink_rig_run(&stage.rig, 10);
    struct sink_rig other;
    char settings[256];
    snprintf(settings, sizeof settings, "path: %s", stage.path);
    sink_rig_init(&other, "file", settings);
    sink_rig_put(&other, 1);
    int64_t wait_ns = 0;

    cr_assert_eq(forward_step(other.forward, &wait_ns), FORWARD_WAIT);

    struct forward_status status;
    forward_get_status(other.forward, &status);
    cr_assert_not_null(strstr(status.last_error, "can't lock"));
    sink_rig_deinit(&other);
    stage_deinit(&stage);
}
