/* SPDX-License-Identifier: Apache-2.0 */
/* What api.c and api_page.c share. */
#ifndef API_PRIVATE_H
#define API_PRIVATE_H

#include "api.h"
#include "web/server.h"

#include <pthread.h>

struct api {
    struct gateway_view view;
    struct web_feed *feed;
    struct web *web;
    pthread_mutex_t now_lock;
    struct buf now; /* what each process emits now, as JSON */
    int64_t now_ns; /* boot time when it was made */
};

/* The page's files; its live state; POST /v1/decode. */
web_handler_fn page_index;
web_handler_fn page_file;
web_handler_fn page_live;
web_handler_fn page_decode;

#endif
