/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/topic_list.h"

#include "core/mem.h"

#include <criterion/criterion.h>

static const char text[] = "# captured in March\n"
                           "\n"
                           "one.json\ta/b\tqos=1\tretain=1\r\n"
                           "/two.json\tc\treceived=2026-07-15T10:00:00Z\n"
                           "three.json\td";

Test(topic_list, gives_messages_in_order_with_paths_beside_the_list)
{
    struct topic_list list = topic_list_of("dir/topic.txt", bytes_of(text));
    struct message message = {.received_ns = 5};
    char *path = NULL;

    cr_assert_eq(topic_list_next(&list, &message, &path), TOPIC_LIST_ITEM);
    cr_assert_str_eq(path, "dir/one.json");
    cr_assert(bytes_are(message.topic, "a/b"));
    cr_assert(message.retained && message.qos == 1 && message.received_ns == 5);
    cr_assert_eq(list.line, 3);
    mem_free(&path);

    message = (struct message){0};
    cr_assert_eq(topic_list_next(&list, &message, &path), TOPIC_LIST_ITEM);
    cr_assert_str_eq(path, "/two.json");
    cr_assert_eq(message.received_ns, INT64_C(1784109600000000000));
    cr_assert(topic_list_more(&list));
    mem_free(&path);

    cr_assert_eq(topic_list_next(&list, &message, &path), TOPIC_LIST_ITEM);
    cr_assert_eq(list.line, 5);
    cr_assert_not(topic_list_more(&list));
    mem_free(&path);
    cr_assert_eq(topic_list_next(&list, &message, &path), TOPIC_LIST_END);
}

Test(topic_list, refuses_lines_that_are_none)
{
    static const char *const lines[] = {"file",           "file\t",
                                        "\ttopic",        "f\tt\tqos=3",
                                        "f\tt\tretain=2", "f\tt\treceived=yesterday",
                                        "f\tt\t\tqos=1",  "f\tt\tQOS=1"};
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
        struct topic_list list = topic_list_of("topic.txt", bytes_of(lines[i]));
        struct message message = {0};
        char *path = NULL;
        cr_assert_eq(topic_list_next(&list, &message, &path), TOPIC_LIST_BAD, "%s",
                     lines[i]);
        cr_assert_null(path);
    }
}
