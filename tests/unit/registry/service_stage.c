/* SPDX-License-Identifier: Apache-2.0 */
#include "service_stage.h"

#include "core/mem.h"

#include <criterion/criterion.h>

void service_stage_init(struct service_stage *s)
{
    static const uint8_t seed[KEY_PUBLIC_LEN] = {1};
    static const uint8_t registry_seed[KEY_PUBLIC_LEN] = {2};
    memset(s, 0, sizeof *s);
    stage_init(&s->stage);
    s->key = key_of_seed(seed);
    s->stage.gateway.has_public_key = true;
    s->stage.gateway.public_key = *key_get_public(s->key);
    s->settings = (struct registry_settings){
        .id = "registry", .gateways = &s->stage.gateway, .gateway_count = 1};
    table_put(&s->settings.by_id, BYTES("cement-01"), &s->stage.gateway);
    s->service = (struct service){.settings = &s->settings,
                                  .intake = s->stage.intake,
                                  .clock = &s->stage.clock,
                                  .keyring = keyring_new(),
                                  .signer = key_of_seed(registry_seed)};
    buf_init(&s->answer.body, (size_t)1024 * 1024);
}

void service_stage_deinit(struct service_stage *s)
{
    buf_deinit(&s->answer.body);
    table_deinit(&s->settings.by_id);
    keyring_free(&s->service.keyring);
    key_close(&s->service.signer);
    key_close(&s->key);
    stage_deinit(&s->stage);
}

static const char *parameter(void *ctx, const char *name)
{
    const struct service_stage *s = ctx;
    const char *const given[][2] = {{"limit", s->limit},
                                    {"after", s->after},
                                    {"group", s->group},
                                    {"country", s->country}};
    for (size_t i = 0; i < sizeof given / sizeof *given; i++) {
        if (strcmp(name, given[i][0]) == 0) {
            return given[i][1];
        }
    }
    for (size_t i = 0; i < sizeof s->more / sizeof *s->more; i++) {
        if (s->more[i][0] && strcmp(name, s->more[i][0]) == 0) {
            return s->more[i][1];
        }
    }
    return NULL;
}

int service_ask(struct service_stage *s, handle_fn *handle, const char *rest,
                struct bytes body)
{
    struct question question = {.rest = rest,
                                .body = body,
                                .authorization = s->authorization,
                                .parameter = parameter,
                                .ctx = s};
    buf_clear(&s->answer.body);
    handle(&s->service, &question, &s->answer);
    return s->answer.status;
}

bool service_said(const struct service_stage *s, const char *text)
{
    return strstr((const char *)s->answer.body.data, text) != NULL;
}
