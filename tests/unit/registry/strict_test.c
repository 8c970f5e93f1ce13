/* SPDX-License-Identifier: Apache-2.0 */
#include "registry/strict.h"

#include "summary.pb-c.h"

#include <criterion/criterion.h>

/* The reason why a serialised Gas is not believed; "" when it is. */
static const char *check(struct bytes bytes, struct error *e)
{
    Emgate__V1__Gas *gas = emgate__v1__gas__unpack(NULL, bytes.len, bytes.data);
    cr_assert_not_null(gas);
    enum err err = strict_check(&gas->base, bytes, e);
    emgate__v1__gas__free_unpacked(gas, NULL);
    return err == ERR_OK ? "" : e->reason;
}

Test(strict, believes_bytes_that_say_one_thing_only)
{
    const struct {
        struct bytes bytes;
        const char *reason;
    } cases[] = {
        {BYTES("\x0a\x03N2O\x11\0\0\0\0\0\0\xf0\x3f"), ""},
        {BYTES("\x0a\x03N2O\x11\0\0\0\0\0\0\xf0\x7f"), "not_finite"},
        {BYTES("\x0a\x02\xff\xff"), "not_utf8"},
        {BYTES("\x0a\x02\x1b["), "not_utf8"},
        {BYTES("\x0a\x03N2O\x38\x01"), "unknown_field"},
        {BYTES("\x0a\x03N2O\x0a\x03N2O"), "not_shortest"},
        {BYTES("\x0a\x83\x00N2O"), "not_shortest"},
        {BYTES("\x0a\x03N2O\x11\0\0\0\0\0\0\0\0"), "not_shortest"},
        {BYTES("\x0a\x04N2O\0"), "not_shortest"}, /* the text ends at the zero byte */
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct error e = {0};
        cr_assert_str_eq(check(cases[i].bytes, &e), cases[i].reason, "case %zu", i);
    }
}
