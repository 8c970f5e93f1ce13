/* SPDX-License-Identifier: Apache-2.0 */
/* A round against a far side that has lost some of what it was sent. */
#include "sinks/reconcile.h"

#include "core/clock.h"
#include "envelope.pb-c.h"
#include "evidence/dsse.h"
#include "evidence/manifest.h"
#include "fake_outbox.h"
#include "manifest.pb-c.h"
#include "sinks/sink.h"

#include <criterion/criterion.h>

#define NOW (20000 * 24 * NS_PER_HOUR + NS_PER_HOUR)
#define ROWS 6

struct far {
    bool lost[ROWS]; /* by row of the outbox */
    struct outbox *outbox;
    unsigned posts, days, entries;
    enum err says;
    bool rubbish;
    uint8_t answer[4096];
};

static bool has(const struct far *far, const uint8_t *key)
{
    for (size_t i = 0; i < far->outbox->count; i++) {
        if (memcmp(far->outbox->rows[i].key, key, OUTBOX_KEY_LEN) == 0) {
            return !far->lost[i];
        }
    }
    return false;
}

static void answer_days(struct far *far, const Emgate__V1__Manifest *m,
                        Emgate__V1__ManifestAnswer *answer, int64_t *days)
{
    for (size_t i = 0; i < m->n_days; i++) {
        struct manifest_day stated = {.day = m->days[i]->day, .count = m->days[i]->count};
        struct manifest_day here = {.day = stated.day};
        memcpy(stated.digest, m->days[i]->digest.data, MANIFEST_KEY_LEN);
        for (size_t j = 0; j < far->outbox->count; j++) {
            const struct fake_row *row = &far->outbox->rows[j];
            if (!far->lost[j] && manifest_day_of(row->window_start_ns) == here.day) {
                manifest_count(&here, row->key);
            }
        }
        if (!manifest_same(&here, &stated)) {
            days[answer->n_days++] = stated.day;
        }
    }
    answer->days = days;
    far->days += (unsigned)m->n_days;
}

static enum err far_manifest(void *state, struct bytes bytes, struct sink_call *call,
                             struct bytes *ret_answer, struct error *e)
{
    struct far *far = state;
    int64_t days[ROWS];
    ProtobufCBinaryData lacks[ROWS];
    Emgate__V1__ManifestAnswer answer;
    emgate__v1__manifest_answer__init(&answer);
    far->posts++;
    if (far->says != ERR_OK) {
        return error_set(e, far->says, "refused");
    }
    Emgate__V1__Envelope *envelope =
        emgate__v1__envelope__unpack(NULL, bytes.len, bytes.data);
    cr_assert_str_eq(envelope->payload_type, DSSE_MANIFEST);
    Emgate__V1__Manifest *m =
        emgate__v1__manifest__unpack(NULL, envelope->payload.len, envelope->payload.data);
    cr_assert_str_eq(m->gateway, call->gateway);
    answer_days(far, m, &answer, days);
    for (size_t i = 0; i < m->n_entries; i++) {
        if (!has(far, m->entries[i]->key.data)) {
            lacks[answer.n_lacks++] = m->entries[i]->key;
        }
    }
    answer.lacks = lacks;
    far->entries += (unsigned)m->n_entries;
    size_t len = emgate__v1__manifest_answer__pack(&answer, far->answer);
    *ret_answer = far->rubbish ? BYTES("\xff\xff") : (struct bytes){far->answer, len};
    emgate__v1__manifest__free_unpacked(m, NULL);
    emgate__v1__envelope__free_unpacked(envelope, NULL);
    return ERR_OK;
}

static const struct sink far_sink = {.name = "far", .manifest = far_manifest};

struct world {
    struct outbox outbox;
    struct far far;
    struct sink_call call;
    struct reconcile_work work;
    struct reconcile_result result;
};

/* Two summaries a day on three days, all sent. */
static void world_init(struct world *w)
{
    static const char *const texts[ROWS] = {"a", "b", "c", "d", "e", "f"};
    memset(w, 0, sizeof *w);
    for (int i = 0; i < ROWS; i++) {
        struct fake_row *row =
            &w->outbox.rows[fake_outbox_put(&w->outbox, "kiln", texts[i])];
        row->window_start_ns = NOW - 24 * NS_PER_HOUR * (i / 2) - NS_PER_HOUR;
        row->state = FAKE_DONE;
    }
    w->far.outbox = &w->outbox;
    w->call.gateway = "g1";
    w->work = (struct reconcile_work){.outbox = &w->outbox,
                                      .sink_id = "registry",
                                      .sink = &far_sink,
                                      .state = &w->far,
                                      .call = &w->call,
                                      .now_ns = NOW};
}

static unsigned waiting(const struct world *w)
{
    unsigned count = 0;
    for (size_t i = 0; i < w->outbox.count; i++) {
        count += w->outbox.rows[i].state == FAKE_NEW ? 1 : 0;
    }
    return count;
}

Test(reconcile, where_nothing_is_lacking_one_post_suffices)
{
    struct world w;
    struct error e;
    world_init(&w);
    cr_assert_eq(reconcile_round(&w.work, &w.result, &e), ERR_OK, "%s", e.text);
    cr_expect_eq(w.far.posts, 1);
    cr_expect_eq(w.far.days, 3);
    cr_expect_eq(w.result.stated, ROWS);
    cr_expect_eq(w.result.differing_days, 0);
    cr_expect_eq(waiting(&w), 0);
}

Test(reconcile, what_is_lacking_waits_again_and_nothing_else)
{
    struct world w;
    struct error e;
    world_init(&w);
    w.far.lost[1] = true;
    w.far.lost[4] = true;
    w.far.lost[5] = true;
    cr_assert_eq(reconcile_round(&w.work, &w.result, &e), ERR_OK, "%s", e.text);
    cr_expect_eq(w.far.posts, 3); /* the days, and two of them in detail */
    cr_expect_eq(w.far.entries, 4);
    cr_expect_eq(w.result.differing_days, 2);
    cr_expect_eq(w.result.lacking, 3);
    cr_expect_eq(waiting(&w), 3);
    for (int i = 0; i < ROWS; i++) {
        cr_expect_eq(w.outbox.rows[i].state == FAKE_NEW, w.far.lost[i], "%d", i);
    }
}

Test(reconcile, what_has_not_been_sent_is_not_stated)
{
    struct world w;
    struct error e;
    world_init(&w);
    w.outbox.rows[0].state = FAKE_NEW;
    w.outbox.rows[1].state = FAKE_SET_ASIDE;
    cr_assert_eq(reconcile_round(&w.work, &w.result, &e), ERR_OK, "%s", e.text);
    cr_expect_eq(w.far.days, 2);
    cr_expect_eq(w.result.stated, 4);
}

Test(reconcile, a_failure_changes_nothing)
{
    struct world w;
    struct error e;
    world_init(&w);
    w.far.lost[0] = true;
    w.far.says = ERR_RETRY;
    cr_expect_eq(reconcile_round(&w.work, &w.result, &e), ERR_RETRY);
    w.far.says = ERR_REJECT;
    cr_expect_eq(reconcile_round(&w.work, &w.result, &e), ERR_REJECT);
    w.far.says = ERR_OK;
    w.far.rubbish = true;
    cr_expect_eq(reconcile_round(&w.work, &w.result, &e), ERR_RETRY);
    cr_expect_eq(waiting(&w), 0);
    cr_expect_eq(w.result.stated, 0);
}
