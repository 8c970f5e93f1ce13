/* SPDX-License-Identifier: Apache-2.0 */
#include "api.h"

#include "fold_rig.h"

static void put(struct fold_rig *rig, struct buf *out)
{
    buf_init(out, 1 << 20);
    struct json_writer writer = json_writer_of(out);
    api_put_now(rig ? rig->fold : NULL, rig ? rig->plan : NULL, &writer);
}

Test(api_live, what_a_process_emits_now_is_told_by_stream)
{
    struct fold_rig rig;
    struct rig_records *records = rig_course(120); /* of ten seconds */
    struct buf out;
    fold_rig_init(&rig);
    fold_rig_run(&rig, records, 0, records->count);

    put(&rig, &out);

    const char *text = (const char *)out.data;
    cr_expect(strstr(text, "{\"id\":\"kiln\",\"now\":{\"from\":\""), "%s", text);
    cr_expect(strstr(text, "\"streams\":{\"fuel\":"), "%s", text);
    cr_expect(strstr(text, "{\"id\":\"mill\""), "%s", text);
    buf_deinit(&out);
    fold_rig_deinit(&rig);
    rig_free(records);
}

Test(api_live, before_a_configuration_there_is_nothing)
{
    struct buf out;
    put(NULL, &out);
    cr_assert_str_eq((const char *)out.data, "[]");
    buf_deinit(&out);
}

Test(api_live, asking_changes_nothing)
{
    struct fold_rig rig;
    struct rig_records *records = rig_course(60);
    struct buf before;
    struct buf behind;
    struct buf out;
    fold_rig_init(&rig);
    fold_rig_run(&rig, records, 0, records->count);
    buf_init(&before, RIG_STATE_MAX);
    buf_init(&behind, RIG_STATE_MAX);
    fold_save(rig.fold, &before);
    put(&rig, &out);
    fold_save(rig.fold, &behind);
    cr_assert(bytes_equal(buf_bytes(&before), buf_bytes(&behind)));
    buf_deinit(&out);
    buf_deinit(&before);
    buf_deinit(&behind);
    fold_rig_deinit(&rig);
    rig_free(records);
}
