/* SPDX-License-Identifier: Apache-2.0 */
#include "verify/message.h"

#include <criterion/criterion.h>

#define ENVELOPE "\x0a\x01t\x12\x02pq\x1a\x06\x0a\x01k\x12\x01s"

Test(message, an_envelope_with_one_signature_is_read)
{
    struct envelope_view v;
    cr_assert(envelope_read(BYTES(ENVELOPE), &v));
    cr_assert(bytes_are(v.type, "t") && bytes_are(v.payload, "pq"));
    cr_assert(bytes_are(v.key_id, "k") && bytes_are(v.signature, "s"));
}

Test(message, an_envelope_is_written_in_one_way_only)
{
    const struct bytes others[] = {
        BYTES("\x0a\x01t\x12\x02pq"),                               /* no signature */
        BYTES(ENVELOPE "\x1a\x06\x0a\x01k\x12\x01s"),               /* two */
        BYTES(ENVELOPE "\x20\x01"),                                 /* unknown field */
        BYTES(ENVELOPE "\x0a\x01t"),                                /* a field twice */
        BYTES("\x12\x02pq\x0a\x01t\x1a\x06\x0a\x01k\x12\x01s"),     /* other order */
        BYTES("\x0a\x81\x00t\x12\x02pq\x1a\x06\x0a\x01k\x12\x01s"), /* long length */
        BYTES("\x0a\x01t\x12\x02pq\x1a\x06\x12\x01s\x0a\x01k"),     /* inside too */
        BYTES("\x0a\x01t\x12\x02pq\x1a\x08\x0a\x01k\x12\x01s\x18\x01"), /* inside too */
        BYTES("\x0a\x01t\x12\x7fpq"),                                   /* cut short */
    };
    struct envelope_view v;
    for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
        cr_assert_not(envelope_read(others[i], &v), "%zu", i);
    }
}

#define KEY "0123456789abcdef0123456789abcdef"

Test(message, a_receipt_is_read_as_it_is_written_and_no_otherwise)
{
    struct receipt_view v;
    cr_assert(receipt_read(BYTES("\x0a\x20" KEY "\x10\x02\x1a\x02no\x20\x07"), &v));
    cr_assert_eq(v.verdict, 2);
    cr_assert_eq(v.stored_ns, 7);
    cr_assert(bytes_are(v.reason, "no"));
    const struct bytes others[] = {
        BYTES("\x0a\x20" KEY "\x10\x00"),         /* a default written out */
        BYTES("\x0a\x20" KEY "\x1a\x02n\n"),      /* a line end */
        BYTES("\x0a\x20" KEY "\x20\x07\x10\x02"), /* other order */
        BYTES("\x0a\x20" KEY "\x40\x01"),         /* unknown field */
        BYTES("\x0a\x03key"),                     /* no key */
    };
    for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
        cr_assert_not(receipt_read(others[i], &v), "%zu", i);
    }
}

Test(message, a_summary_without_provenance_proves_nothing)
{
    struct summary_view v;
    cr_assert_not(summary_read(BYTES("\x0a\x02gw\x22\x01p"), &v));
    cr_assert(summary_read(
        BYTES("\x0a\x02gw\x22\x01p\x58\x03\xaa\x01\x04\x48\x05\x68\x09"), &v));
    cr_assert(bytes_are(v.process, "p"));
    cr_assert(v.revision == 3 && v.input_count == 5 && v.tree_size == 9);
}
