/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a server of ours shows by TLS, and which clients it knows: certificate, key and
 * the authority of client certificates, read from PEM files at once and const from then
 * on.  A renewed certificate is a new identity; who is being served keeps the old one.
 *
 * On GnuTLS, since libmicrohttpd is.  Any thread.
 */
#ifndef TLS_IDENTITY_H
#define TLS_IDENTITY_H

#include "core/error.h"

#include <gnutls/gnutls.h>

/* TLS 1.2 and later. */
#define IDENTITY_PRIORITIES                                                              \
    "NORMAL:-VERS-ALL:+VERS-TLS1.3:+VERS-TLS1.2:%SERVER_PRECEDENCE"

/* Longest name in a client's certificate, with its end. */
#define IDENTITY_NAME_MAX 129

struct identity_files {
    const char *cert_file, *key_file; /* PEM; the chain behind the certificate */
    const char *client_ca_file;       /* PEM, or NULL: clients are not asked */
};

struct identity;

/* Reads and checks that the key is the certificate's.  ERR_CONFIG: the text names the
 * file, never its content. */
enum err identity_open(const struct identity_files *files, struct identity **ret_identity,
                       struct error *e) MUST_CHECK;

/* Wipes the key. */
void identity_close(struct identity **identity);

/* The texts for libmicrohttpd; they live as long as the identity.  The last may be NULL.
 */
const char *identity_certificate(const struct identity *identity);
const char *identity_key(const struct identity *identity);
const char *identity_client_authority(const struct identity *identity);

/* Whole days until the certificate ends; negative when it has. */
int identity_days_left(const struct identity *identity, int64_t now_s);

/* What a client has shown. */
enum guest {
    GUEST_NONE,    /* nothing, or it was not asked */
    GUEST_KNOWN,   /* a certificate of the authority, in its time, for clients */
    GUEST_REFUSED, /* another certificate */
};

/* Judges the client at the other end; its common name for GUEST_KNOWN, else "".
 * `e` says why it is refused. */
enum guest identity_judge(const struct identity *identity, gnutls_session_t session,
                          char ret_name[IDENTITY_NAME_MAX], struct error *e);

#endif
