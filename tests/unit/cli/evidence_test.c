/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/evidence.h"

#include "config_text.h"
#include "evidence_command.h"

#include <unistd.h>

#define KEY "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a"

Test(evidence_command, a_key_is_digits_or_a_file_with_them)
{
    struct key_public key;
    char path[] = "/tmp/emgate-evidence-key-XXXXXX";
    close(mkstemp(path));
    command_file(path, BYTES(KEY "\n"));
    cr_assert(evidence_read_key(KEY, &key));
    cr_assert(evidence_read_key(path, &key));
    cr_assert_not(evidence_read_key("d75a", &key));
    cr_assert_not(evidence_read_key("/tmp/emgate-none", &key));
    unlink(path);
}

Test(evidence_command, registries_keys_are_those_that_sinks_pin)
{
    struct problems problems;
    struct key_public keys[16];
    struct buf text =
        plant_with("processes:\n",
                   "sinks:\n"
                   "  - {id: a, sink: http, url: 'http://x/', registry_key: '" KEY "'}\n"
                   "  - {id: b, sink: http, url: 'http://y/', registry_key: '" KEY "'}\n"
                   "  - {id: c, sink: http, url: 'http://z/'}\n"
                   "processes:\n");
    struct plan *plan = plan_of((const char *)text.data, NULL, NULL, &problems);
    cr_assert(plan, "%s", (const char *)problems.text.data);
    cr_assert_eq(evidence_registry_keys(plan, NULL, keys), 1, "each once");
    cr_assert_eq(keys[0].bytes[0], 0xd7);
    char path[4096];
    cr_assert_str_eq(evidence_key_path(plan, path), "/tmp/emgate-test/signing.key");
    plan_free(&plan);
    problems_deinit(&problems);
    buf_deinit(&text);
}
