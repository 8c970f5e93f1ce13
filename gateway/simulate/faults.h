/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What goes wrong between sensor and broker, by seed: a list such as
 * "duplicates=2%,reorder=5%,late=1%,reset=6h".
 *
 * These leave the truth as it is, and a gateway must find it:
 *   duplicates  share of messages sent twice, the second a little later
 *   reorder     share of messages held back behind up to eight others
 *   late        share of messages held back for FAULT_LATE_NS of event time
 *   reset       counters are set to zero this often
 *   rubbish     messages in between that nobody can read, as a share
 * These lose data, so that results differ from the truth, and must say so:
 *   dropout     share of messages never sent
 *   nan         share of readings without a number
 *   skew        every other device's clock is ahead by this much
 */
#ifndef SIMULATE_FAULTS_H
#define SIMULATE_FAULTS_H

#include "core/bytes.h"
#include "core/clock.h"
#include "core/error.h"

#define FAULT_LATE_NS (90 * NS_PER_MINUTE)
#define FAULTS_HELP                                                                      \
    "duplicates, reorder, late, rubbish, dropout, nan: shares such as 2%; reset, skew: " \
    "durations such as 6h"

struct faults {
    double duplicates, reorder, late, rubbish, dropout, nan; /* 0..1 */
    int64_t reset_ns, skew_ns;                               /* 0: none */
    uint64_t seed;
};

/* Reads the list; an empty one gives no faults.  ERR_REJECT names what is wrong. */
enum err faults_parse(struct bytes list, uint64_t seed, struct faults *ret_faults,
                      struct error *e) MUST_CHECK;

/* Whether something of this share befalls item `number`; `kind` keeps the kinds apart. */
bool faults_strike(const struct faults *faults, double share, unsigned kind,
                   uint64_t number);

/* ---- the way to the broker ---- */

typedef enum err faults_send_fn(void *ctx, struct bytes topic, struct bytes payload,
                                struct error *e);

struct faults_counts {
    uint64_t messages; /* as the sensors meant them */
    uint64_t sent, duplicated, reordered, late, dropped, rubbish;
};

struct faulty_way;

/* Everything that gets through goes to `send`, on the caller's thread. */
struct faulty_way *faulty_way_new(const struct faults *faults, faults_send_fn *send,
                                  void *ctx);
void faulty_way_free(struct faulty_way **way);

/* One message of event time `at_ns`; copied where it is held back.  Fails as `send`
 * does; the message may be lost then. */
enum err faulty_way_put(struct faulty_way *way, struct bytes topic, struct bytes payload,
                        int64_t at_ns, struct error *e) MUST_CHECK;

/* Sends all that is held back. */
enum err faulty_way_flush(struct faulty_way *way, struct error *e) MUST_CHECK;

/* What has happened so far; holds as long as the way. */
const struct faults_counts *faulty_way_counts(const struct faulty_way *way);

#endif
