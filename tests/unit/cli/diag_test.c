/* SPDX-License-Identifier: Apache-2.0 */
#include "printed.h"

#include <jansson.h>

static const char configuration[] =
    "gateway: {id: g1, state: /nowhere/emgate-diag}\n"
    "brokers:\n"
    "  - name: plant\n"
    "    uri: mqtt://127.0.0.1:9\n"
    "    user: plant\n"
    "    password: {file: /etc/emgate/hidden-name}\n"
    "inputs: [{topic: emgate/v1/+/telemetry, adapter: native}]\n"
    "installation: {id: I, name: N, sector: cement, country: PK, time_zone: UTC,\n"
    "               operator: {id: O, name: P}}\npoints: []\nprocesses: []\n"
    "# see https://someone:pass-word-1@example.org/x\n"
    "# token: abc-token-1\n";

Test(diag, it_is_one_document_without_secrets)
{
    json_error_t error;
    printed_file(configuration);
    cr_assert_eq(printed_run(&command_diag, NULL, printed_path), EXIT_OK);
    json_t *document = json_loads(printed_text, 0, &error);
    cr_assert(document, "%s", error.text);
    cr_assert(json_is_array(json_object_get(document, "findings")));
    cr_assert(json_is_null(json_object_get(document, "status")), "no gateway runs");
    cr_assert(strstr(printed_text, "emgate/v1/+/telemetry"),
              "the configuration is in it");
    cr_assert(!strstr(printed_text, "pass-word-1"));
    cr_assert(!strstr(printed_text, "abc-token-1"));
    cr_assert(strstr(printed_text, "https://(blanked)@example.org/x"));
    json_decref(document);
    unlink(printed_path);
}

Test(diag, a_wrong_configuration_is_exit_78)
{
    printed_file("nonsense: 1\n");
    cr_assert_eq(printed_run(&command_diag, NULL, printed_path), EXIT_BAD_CONFIG);
    unlink(printed_path);
}
