/* SPDX-License-Identifier: Apache-2.0 */
/* What api.c and api_page.c share. */
#ifndef API_PRIVATE_H
#define API_PRIVATE_H

#include "api.h"
#include "operators.h"
#include "web/server.h"

#include <jansson.h>
#include <pthread.h>

#define SESSIONS_MAX 16
#define SESSION_KEY_LEN 64

struct session {
    char key[SESSION_KEY_LEN + 1];
    char name[OPERATOR_NAME_MAX];
    int64_t until_ns; /* boot time; 0: free */
};

struct api {
    struct gateway_view view;
    struct web_feed *feed;
    struct web *web;
    pthread_mutex_t now_lock;
    struct buf now;                        /* what each process emits now, as JSON */
    struct session sessions[SESSIONS_MAX]; /* under now_lock */
    int64_t now_ns;                        /* boot time when it was made */
};

/* The page's files; its live state; POST /v1/decode. */
web_handler_fn page_index;
web_handler_fn page_file;
web_handler_fn page_live;
web_handler_fn page_decode;

/* GET /v1/laboratory; such an entry of POST /v1/entries: what is wrong with it, or
 * NULL; the entry has views into `root`. */
web_handler_fn operator_laboratory;
const char *operator_read_result(const struct plan *plan, const json_t *root,
                                 struct entry *ret_entry);

/* GET /v1/words. */
web_handler_fn operator_words;

/* GET and POST /v1/session, POST /v1/entries. */
web_handler_fn operator_get;
web_handler_fn operator_sign_in;
web_handler_fn operator_enter;

#endif
