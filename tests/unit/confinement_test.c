/* SPDX-License-Identifier: Apache-2.0 */
#include "confinement.h"

#include "core/mem.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static struct plan plan_in(const char *state)
{
    return (struct plan){.state_directory = state,
                         .journal = {.directory = "/data/journal"},
                         .outbox = {.file = "/data/box/outbox.db"},
                         .confine = true};
}

Test(confinement, names_every_directory_that_is_written_to)
{
    struct plan plan = plan_in("/state");
    struct confinement *c = mem_new(struct confinement);
    cr_assert(confinement_of(&plan, c));
    cr_assert_eq(c->count, 3);
    cr_assert_str_eq(c->directories[0], "/state");
    cr_assert_str_eq(c->directories[1], "/data/journal");
    cr_assert_str_eq(c->directories[2], "/data/box");
    plan.outbox.file = "outbox.db";
    cr_assert(confinement_of(&plan, c));
    cr_assert_str_eq(c->directories[2], ".");
    mem_free(&c);
}

Test(confinement, is_left_out_where_the_configuration_says_so)
{
    char state[] = "/tmp/emgate-confinement-XXXXXX";
    struct error e = {0};
    cr_assert(mkdtemp(state));
    struct plan plan = plan_in(state);
    plan.confine = false;
    cr_assert_eq(confinement_begin(&plan, &e), ERR_OK);
    int file = open("/dev/null", O_WRONLY | O_CLOEXEC);
    cr_assert_geq(file, 0);
    close(file);
    rmdir(state);
}
