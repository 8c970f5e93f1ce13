/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The registry's configuration: one YAML file.  Gateways are enrolled in it, each with
 * the installations it speaks for.
 */
#ifndef REGISTRY_SETTINGS_H
#define REGISTRY_SETTINGS_H

#include "config/node/settings.h"
#include "core/table.h"
#include "evidence/key.h"
#include "tls/identity.h"

#define REVOKED_MAX 16

/* A key of a gateway that is not believed in what arrives from a time on. */
struct revoked_key {
    struct key_public key;
    int64_t from_ns;
};

/* What somebody who reads may do. */
enum role {
    ROLE_READER,   /* lists, totals, single summaries */
    ROLE_PLANT,    /* the same of its operator's installations only, and their bytes */
    ROLE_VERIFIER, /* all that can be read: bytes, refusals, checkpoints */
    ROLE_REGISTRY, /* the same, and metrics */
};

#define TOKEN_HASH_LEN 32

struct reader_settings {
    const char *name;
    int role;                /* enum role */
    const char *operator_id; /* of a plant */
    const char *hash_text;
    const char *certificate;            /* name in its client certificate, or NULL */
    uint8_t token_hash[TOKEN_HASH_LEN]; /* SHA-256 */
};

struct gateway_settings {
    const char *id;
    const char *operator_id;
    const char *public_key_text;
    const struct node *installations;
    struct secret token;
    const char *certificate; /* name in its client certificate, or NULL */
    bool has_public_key;
    struct key_public public_key;
    int64_t chain; /* how often its chains have been let begin anew */
    const struct node *revoked_list;
    struct revoked_key revoked[REVOKED_MAX];
    size_t revoked_count;
};

struct registry_settings {
    const char *id;
    const char *listen;        /* address:port */
    const char *store;         /* path of the SQLite file */
    struct identity_files tls; /* cert_file NULL: no TLS */
    int client_certificates;   /* 1: every request needs one */
    const char *signing_key; /* of the private key that signs receipts; NULL: beside it */
    const char *packs;       /* folder of evidence packs; NULL: none are taken */
    int64_t body_max, connections_max, connections_per_address_max, threads;
    int64_t request_timeout_ns;
    int log_level, log_format;
    int64_t retention_years; /* after the reporting period */
    bool retention_delete;   /* by itself */
    const char *kafka_brokers, *kafka_topic, *kafka_group; /* brokers NULL: no Kafka */
    const char *kafka_ca_file;
    bool confine; /* to the directories that it writes to */
    const struct node *gateway_list;
    struct gateway_settings *gateways;
    size_t gateway_count;
    struct table by_id; /* of gateways */
    const struct node *reader_list;
    struct reader_settings *readers; /* none: reading asks for no token */
    size_t reader_count;
    struct document *document; /* what the texts live in */
};

/* Reads and checks a file; every mistake becomes a problem.  NULL when there was one. */
struct registry_settings *registry_settings_read(const char *path,
                                                 struct problems *problems);
void registry_settings_free(struct registry_settings **settings);

/* The enrolled gateway, or NULL. */
const struct gateway_settings *registry_find_gateway(const struct registry_settings *s,
                                                     const char *id);

/* Whether it speaks for the installation. */
bool gateway_speaks_for(const struct gateway_settings *gateway, const char *installation);

/* Adds every setting as Markdown. */
void registry_settings_reference(struct buf *out);

#endif
