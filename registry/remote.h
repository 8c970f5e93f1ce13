/* SPDX-License-Identifier: Apache-2.0 */
/* Asks a running registry from the command line. */
#ifndef REGISTRY_REMOTE_H
#define REGISTRY_REMOTE_H

/* Both by TLS where `url` says so: EMGATE_REGISTRY_CA_FILE names the authority,
 * EMGATE_REGISTRY_CERT_FILE and EMGATE_REGISTRY_KEY_FILE a client certificate. */

/* Prints "ready", or why not.  0 when it is ready, 69 when it is not or nobody answers.
 * `url` is the registry's, without a path. */
int remote_ready(const char *url);

/* Prints who it is and how complete its gateways are; what it asks for is in
 * EMGATE_REGISTRY_TOKEN.  0, or 69. */
int remote_status(const char *url);

#endif
