/* SPDX-License-Identifier: Apache-2.0 */
/* Judges a note or an envelope by the given key. */
#include "cli/verify_single.h"

#include "core/timetext.h"
#include "evidence/checkpoint.h"
#include "evidence/dsse.h"
#include "verify/message.h"

#include <stdio.h>

#define TEXT_MAX 512

static void say(const struct verify_settings *s, const char *check, bool holds,
                const char *text)
{
    struct verify_line line = {.check = check,
                               .outcome = holds ? VERIFY_HELD : VERIFY_FAILED,
                               .where = "",
                               .text = text};
    s->line(s->ctx, &line);
}

static void judge_note(struct bytes note, const struct verify_settings *s)
{
    struct checkpoint c;
    struct error e;
    char text[TEXT_MAX];
    bool holds = checkpoint_get(note, &s->keys[0], &c, &e) == ERR_OK;
    if (holds) {
        snprintf(text, sizeof text, "of %s, over %llu records", c.origin,
                 (unsigned long long)c.size);
    }
    say(s, "checkpoint", holds, holds ? text : e.text);
}

static void judge_envelope(const struct envelope_view *envelope,
                           const struct verify_settings *s)
{
    struct summary_view view;
    char text[TEXT_MAX];
    char start[TIME_TEXT_MAX];
    bool holds =
        bytes_are(envelope->type, DSSE_SUMMARY) &&
        dsse_verify(&s->keys[0], DSSE_SUMMARY, envelope->payload, envelope->signature);
    if (!holds || !summary_read(envelope->payload, &view)) {
        say(s, "summary", false, "it is not a summary that the given key has signed");
        return;
    }
    time_print_iso(view.start_ns, start);
    snprintf(
        text, sizeof text,
        "signed: gateway '%.*s', process '%.*s', window %s, revision %llu, on a tree "
        "of %llu records",
        BYTES_ARG(bytes_slice(view.gateway, 0, 64)),
        BYTES_ARG(bytes_slice(view.process, 0, 64)), start,
        (unsigned long long)view.revision, (unsigned long long)view.tree_size);
    say(s, "summary", true, text);
}

enum err verify_single(struct bytes file, const struct verify_settings *settings,
                       struct error *e)
{
    struct envelope_view envelope;
    bool note = bytes_start_with(file, BYTES("emgate/"));
    if (!note && !envelope_read(file, &envelope)) {
        return error_set(e, ERR_REJECT, "neither a pack, a checkpoint nor an envelope");
    }
    if (settings->key_count == 0) {
        return error_set(e, ERR_REJECT, "it holds no key: give the gateway's by --key");
    }
    if (note) {
        judge_note(file, settings);
    } else {
        judge_envelope(&envelope, settings);
    }
    return ERR_OK;
}
