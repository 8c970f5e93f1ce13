/* SPDX-License-Identifier: Apache-2.0 */
#include "registry/address.h"

#include <criterion/criterion.h>

Test(address, reads_both_families_and_knows_loopback)
{
    static const struct {
        const char *text;
        int family;
        bool loopback;
    } cases[] = {{"127.0.0.1:8311", AF_INET, true}, {"127.9.9.9:1", AF_INET, true},
                 {"0.0.0.0:0", AF_INET, false},     {"192.0.2.1:65535", AF_INET, false},
                 {"[::1]:8311", AF_INET6, true},    {"[::]:8311", AF_INET6, false}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        union address address;
        struct error e = {0};
        cr_assert_eq(address_read(cases[i].text, &address, &e), ERR_OK, "%s", e.text);
        cr_assert_eq(address.any.sa_family, cases[i].family);
        cr_assert_eq(address_is_loopback(&address), cases[i].loopback, "%zu", i);
    }
}

Test(address, refuses_anything_else)
{
    static const char *const texts[] = {"",
                                        "8311",
                                        ":8311",
                                        "127.0.0.1",
                                        "127.0.0.1:",
                                        "127.0.0.1:65536",
                                        "localhost:8311",
                                        "[]:1",
                                        "127.0.0.1:8311x"};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        union address address;
        struct error e = {0};
        cr_assert_eq(address_read(texts[i], &address, &e), ERR_CONFIG, "%s", texts[i]);
    }
}
