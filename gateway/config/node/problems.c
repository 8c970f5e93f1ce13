/* SPDX-License-Identifier: Apache-2.0 */
/* Collects what is wrong in a configuration, with its place and the nearest name. */
#include "config/node/node.h"

#include <stdarg.h>
#include <stdio.h>

#define TEXT_MAX 65536

void problems_init(struct problems *problems)
{
    *problems = (struct problems){0};
    buf_init(&problems->text, TEXT_MAX);
}

void problems_deinit(struct problems *problems)
{
    buf_deinit(&problems->text);
}

/* What was written may hold line ends and escapes; a problem is one line. */
static void one_line(char *words)
{
    for (; *words; words++) {
        if ((unsigned char)*words < 0x20 || *words == 0x7f) {
            *words = ' ';
        }
    }
}

PRINTF_LIKE(5, 0)
static void add(struct problems *problems, const char *file, int line, int column,
                const char *format, va_list args)
{
    problems->count++;
    if (problems->count > PROBLEMS_MAX) {
        return;
    }
    char words[1024];
    vsnprintf(words, sizeof words, format, args);
    one_line(words);
    if (file) {
        buf_print(&problems->text, "%s:%d:%d: ", file, line, column);
    }
    buf_print(&problems->text, "%s\n", words);
}

void problem_at(struct problems *problems, const struct node *node, const char *format,
                ...)
{
    va_list args;
    va_start(args, format);
    add(problems, node ? node->file : NULL, node ? node->line : 0,
        node ? node->column : 0, format, args);
    va_end(args);
}

void problem_at_key(struct problems *problems, const struct node *node,
                    const char *format, ...)
{
    va_list args;
    va_start(args, format);
    bool keyed = node->key_line > 0;
    add(problems, node->file, keyed ? node->key_line : node->line,
        keyed ? node->key_column : node->column, format, args);
    va_end(args);
}

void node_check_keys(const struct node *map, const char *const *names,
                     struct problems *problems)
{
    NODE_EACH(child, map)
    {
        bool known = false;
        for (const char *const *name = names; *name && !known; name++) {
            known = bytes_are(child->key, *name);
        }
        if (!known) {
            const char *near = nearest_name(names, child->key);
            problem_at_key(problems, child, "unknown key '%.*s'%s%s%s",
                           BYTES_ARG(child->key), near ? "; did you mean '" : "",
                           near ? near : "", near ? "'?" : "");
        }
    }
}
