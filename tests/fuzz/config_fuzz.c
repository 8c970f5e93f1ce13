/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The configuration reader: any bytes as the main file give a plan or problems, and
 * the same ones twice.  A NUL byte followed by a file name and another NUL begins a
 * further file of the bundle.
 */
#include "fuzz.h"

#include "config/plan.h"
#include "core/mem.h"

#define FILES_MAX 4

static void add(struct bundle *bundle, const char *name, struct bytes text)
{
    bundle->files[bundle->count++] =
        (struct bundle_file){.name = mem_text(bytes_of(name)), .text = text};
}

/* Cuts the input into the files of a bundle; texts are views. */
static void cut(struct bytes input, struct bundle *bundle)
{
    const uint8_t *end = memchr(input.data, 0, input.len);
    size_t len = end ? (size_t)(end - input.data) : input.len;
    add(bundle, "main.yaml", bytes_slice(input, 0, len));
    input = bytes_slice(input, len + 1, input.len);
    while (input.len > 0 && bundle->count < FILES_MAX) {
        const uint8_t *name_end = memchr(input.data, 0, input.len);
        size_t name_len = name_end ? (size_t)(name_end - input.data) : input.len;
        char *name = mem_text(bytes_slice(input, 0, name_len));
        input = bytes_slice(input, name_len + 1, input.len);
        end = input.len ? memchr(input.data, 0, input.len) : NULL;
        len = end ? (size_t)(end - input.data) : input.len;
        add(bundle, *name ? name : "x", bytes_slice(input, 0, len));
        input = bytes_slice(input, len + 1, input.len);
        mem_free(&name);
    }
}

static void make(const struct bundle *bundle, struct problems *problems)
{
    problems_init(problems);
    struct plan *plan = plan_new(bundle, problems);
    ASSERT((plan == NULL) == (problems->count > 0));
    plan_free(&plan);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct bundle_file files[FILES_MAX];
    struct bundle bundle = {.files = files};
    struct problems first;
    struct problems second;
    if (size == 0) {
        return 0;
    }
    cut((struct bytes){.data = data, .len = size}, &bundle);
    make(&bundle, &first);
    make(&bundle, &second);
    ASSERT(bytes_equal(buf_bytes(&first.text), buf_bytes(&second.text)));
    problems_deinit(&first);
    problems_deinit(&second);
    for (size_t i = 0; i < bundle.count; i++) {
        mem_free(&files[i].name);
    }
    return 0;
}
