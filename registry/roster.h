/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Gateways that were enrolled while the registry runs, beside those of the
 * configuration.  Who asks for it is kept as a record of the store; nothing is taken
 * from it until the registry has approved its key.
 *
 * Any thread.  What roster_find() gives lives as long as the roster.
 */
#ifndef REGISTRY_ROSTER_H
#define REGISTRY_ROSTER_H

#include "core/json_writer.h"
#include "registry/intake.h"
#include "registry/settings.h"

#define ENROLMENT_KIND "enrolment"
#define ENROLMENT_NAME_MAX 129
#define ENROLMENT_INSTALLATIONS_MAX 32
#define ENROLMENTS_PENDING_MAX 200 /* further ones are refused */
#define ENROLMENT_VALUE_MAX 16384

enum enrolment_state { ENROLMENT_PENDING, ENROLMENT_APPROVED, ENROLMENT_REJECTED };
#define ENROLMENT_STATES 3
extern const char *const enrolment_states[ENROLMENT_STATES];

struct enrolment {
    char gateway[ENROLMENT_NAME_MAX], operator_id[ENROLMENT_NAME_MAX];
    char installations[ENROLMENT_INSTALLATIONS_MAX][ENROLMENT_NAME_MAX];
    size_t installation_count;
    struct key_public key;
    enum enrolment_state state;
    int64_t asked_ns, changed_ns;
};

/* Reads the JSON of a request or of a record.  False: `*ret_missing` says what it wants.
 */
bool enrolment_read(struct bytes json, struct enrolment *ret_enrolment,
                    const char **ret_missing);

/* As JSON. */
void enrolment_put(const struct enrolment *enrolment, struct json_writer *writer);

struct roster;

/* An empty one. */
struct roster *roster_new(void);
void roster_free(struct roster **roster);

/* Reads the store's enrolments: those that are approved may send from now on, others not
 * any more. */
enum err roster_load(struct roster *roster, struct intake *intake,
                     struct error *e) MUST_CHECK;

/* The approved gateway, or NULL. */
const struct gateway_settings *roster_find(struct roster *roster, const char *id);

/* The approved one at a place, or NULL behind the last. */
const struct gateway_settings *roster_at(struct roster *roster, size_t place);

/* Asks for enrolment; it is pending then.  ERR_REJECT: it is approved with another key,
 * or was rejected; ERR_FULL: too many are pending. */
enum err roster_ask(struct intake *intake, struct enrolment *enrolment,
                    struct error *e) MUST_CHECK;

/* Approves or rejects.  ERR_REJECT: nobody of this name has asked. */
enum err roster_decide(struct intake *intake, const char *gateway,
                       enum enrolment_state state, int64_t now_ns,
                       struct enrolment *ret_enrolment, struct error *e) MUST_CHECK;

typedef void enrolment_fn(void *ctx, const struct enrolment *enrolment);

/* All, in order of the gateways' ids. */
enum err roster_each(struct intake *intake, enrolment_fn *each, void *ctx,
                     struct error *e) MUST_CHECK;

#endif
