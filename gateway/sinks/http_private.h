/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of the http sink share. */
#ifndef SINKS_HTTP_PRIVATE_H
#define SINKS_HTTP_PRIVATE_H

#include "core/arena.h"
#include "core/buf.h"
#include "evidence/key.h"
#include "sinks/sink.h"

#include <curl/curl.h>

#define HEADER_MAX (SECRET_TEXT_MAX + 64)

struct http_state {
    const char *url, *ca_file, *cert_file, *key_file, *proxy;
    const char *registry_key, *pin;
    struct secret token;
    int64_t batch;
    int compression;
    int encoding;
    struct key_public pinned; /* when there is a registry_key */

    CURL *curl;
    struct curl_slist *headers;     /* what all posts have */
    struct curl_slist *lists[2][2]; /* by JSON or not, packed or not */
    bool json_body;                 /* of the post that is made */
    struct buf receipts;            /* those of a JSON answer as protobuf */
    struct arena scratch;
    struct arena kept; /* the receipts of one send() */
    struct buf request;
    struct buf packed;
    struct buf answer;
    bool plain;    /* the far side does not take packed bodies */
    size_t told;   /* bytes of sink_call.key_changes that the far side has */
    bool disputed; /* it would not take one of them */
    size_t limit;  /* most items in one post: less than `batch` after a 413 */
    char curl_words[CURL_ERROR_SIZE];
};

enum http_answer {
    ANSWER_RECEIPTS, /* each item has its result */
    ANSWER_HALVE,    /* something in it is unwanted */
    ANSWER_LATER,    /* surely not stored */
    ANSWER_PERHAPS,  /* perhaps stored */
};

/* Posts what is in `http->request`; the answer is in `http->answer`. */
enum http_answer http_post(struct http_state *http, int64_t timeout_ms,
                           struct sink_call *call, long *ret_status, struct error *e);

/* Tells the far side of changes of our key that it does not know yet, before what the new
 * key signed. */
enum err http_tell_changes(struct http_state *http, struct sink_call *call,
                           struct error *e) MUST_CHECK;

/* sink.manifest */
enum err http_manifest(void *state, struct bytes envelope, struct sink_call *call,
                       struct bytes *ret_answer, struct error *e) MUST_CHECK;

#endif
