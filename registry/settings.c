/* SPDX-License-Identifier: Apache-2.0 */
/* Reads the registry's configuration by tables. */
#include "registry/settings.h"

#include "core/clock.h"
#include "core/mem.h"
#include "core/timetext.h"

#include <errno.h>
#include <stdio.h>

#define FILE_LEN_MAX ((size_t)64 * 1024 * 1024)
#define MIB (1024.0 * 1024)

struct root {
    const struct node *registry;
    const struct node *gateways;
    const struct node *readers;
};

static const struct setting root_settings[] = {
    {.key = "registry",
     .type = SETTING_MAP,
     AT(struct root, registry),
     .help = "This registry: see below."},
    {.key = "gateways",
     .type = SETTING_ANY,
     AT(struct root, gateways),
     .help = "The enrolled gateways, a list: see below."},
    {.key = "readers",
     .type = SETTING_ANY,
     AT(struct root, readers),
     .initial = SETTING_UNSET,
     .help = "Who may read, a list: see below.  Without it reading asks for no token."},
    {0},
};

static const char *const level_words[] = {"error", "warn", "info", "debug", NULL};
static const char *const certificate_words[] = {"asked", "required", NULL};
static const char *const format_words[] = {"text", "json", NULL};

static const struct setting registry_table[] = {
    {.key = "id",
     .type = SETTING_TEXT,
     AT(struct registry_settings, id),
     .help = "Names this registry in its receipts.",
     .example = "national-registry"},
    {.key = "listen",
     .type = SETTING_TEXT,
     AT(struct registry_settings, listen),
     .initial = "127.0.0.1:8311",
     .help = "Address and port.  Beyond this machine give it a certificate, or put a "
             "proxy with TLS in front."},
    {.key = "cert_file",
     .type = SETTING_PATH,
     AT(struct registry_settings, tls.cert_file),
     .initial = SETTING_UNSET,
     .help =
         "Certificate, PEM, with the chain behind it: the registry speaks TLS 1.2 and "
         "later by itself.  Read again on SIGHUP.",
     .example = "/etc/emgate-registry/registry.crt"},
    {.key = "key_file",
     .type = SETTING_PATH,
     AT(struct registry_settings, tls.key_file),
     .initial = SETTING_UNSET,
     .help = "Its private key, PEM."},
    {.key = "client_ca_file",
     .type = SETTING_PATH,
     AT(struct registry_settings, tls.client_ca_file),
     .initial = SETTING_UNSET,
     .help = "Authority of client certificates, PEM.  A client is asked for one; what "
             "another has signed, or has expired, is refused."},
    {.key = "client_certificates",
     .type = SETTING_WORD,
     AT(struct registry_settings, client_certificates),
     .initial = "asked",
     .help = "'required': without one nothing but `/healthz` and `/readyz` is answered.",
     .words = certificate_words},
    {.key = "store",
     .type = SETTING_PATH,
     AT(struct registry_settings, store),
     .help = "The SQLite file, made when it is not there; or postgresql://... for a "
             "database of a PostgreSQL server.",
     .example = "/var/lib/emgate-registry/registry.db"},
    {.key = "signing_key",
     .type = SETTING_PATH,
     AT(struct registry_settings, signing_key),
     .initial = SETTING_UNSET,
     .help = "The private key that signs receipts, made when it is not there.  Default: "
             "beside an SQLite store, its name with `.key`.",
     .example = "/var/lib/emgate-registry/signing.key"},
    {.key = "packs",
     .type = SETTING_PATH,
     AT(struct registry_settings, packs),
     .initial = SETTING_UNSET,
     .help = "Folder of evidence packs, which gateways post, each up to `body_max`.  "
             "Default: beside an SQLite store, its name with `.packs`; with PostgreSQL "
             "none are taken.",
     .example = "/var/lib/emgate-registry/packs"},
    {.key = "body_max",
     .type = SETTING_SIZE,
     AT(struct registry_settings, body_max),
     .initial = "16MiB",
     .min = 65536,
     .max = 256 * MIB,
     .help = "A longer request is refused with 413."},
    {.key = "request_timeout",
     .type = SETTING_DURATION,
     AT(struct registry_settings, request_timeout_ns),
     .initial = "30s",
     .min = (double)NS_PER_S,
     .max = 600 * (double)NS_PER_S,
     .help = "A request that takes longer to arrive is dropped."},
    {.key = "connections_max",
     .type = SETTING_WHOLE,
     AT(struct registry_settings, connections_max),
     .initial = "256",
     .min = 8,
     .max = 65536,
     .help = "Most connections at once."},
    {.key = "connections_per_address_max",
     .type = SETTING_WHOLE,
     AT(struct registry_settings, connections_per_address_max),
     .initial = "0",
     .min = 0,
     .max = 65536,
     .help = "Most connections from one address; 0: no limit of its own."},
    {.key = "threads",
     .type = SETTING_WHOLE,
     AT(struct registry_settings, threads),
     .initial = "8",
     .min = 2,
     .max = 64,
     .help =
         "Threads that serve requests; what they bring together is committed at once."},
    {.key = "kafka_brokers",
     .type = SETTING_TEXT,
     AT(struct registry_settings, kafka_brokers),
     .initial = SETTING_UNSET,
     .help =
         "Takes what gateways' `kafka` sinks have sent: host:port, several with commas "
         "between.",
     .example = "kafka1.example:9093"},
    {.key = "kafka_topic",
     .type = SETTING_TEXT,
     AT(struct registry_settings, kafka_topic),
     .initial = "emgate.summaries",
     .help = "The topic."},
    {.key = "kafka_group",
     .type = SETTING_TEXT,
     AT(struct registry_settings, kafka_group),
     .initial = "emgate-registry",
     .help = "The consumer group, the same for all registries on one store."},
    {.key = "kafka_ca_file",
     .type = SETTING_PATH,
     AT(struct registry_settings, kafka_ca_file),
     .initial = SETTING_UNSET,
     .help = "Speaks TLS to the brokers and checks theirs against these certificates."},
    {.key = "retention_years",
     .type = SETTING_WHOLE,
     AT(struct registry_settings, retention_years),
     .initial = "6",
     .min = 6,
     .max = 100,
     .help = "Summaries are kept at least so many years after their calendar year: 6 "
             "(2025/2547 Annex II A.2(4)), 10 where the EU ETS applies."},
    {.key = "retention_delete",
     .type = SETTING_BOOL,
     AT(struct registry_settings, retention_delete),
     .initial = "false",
     .help =
         "Deletes by itself what need not be kept any more and is not held; else only "
         "`emgate-registry retention-delete` does."},
    {.key = "confine",
     .type = SETTING_BOOL,
     AT(struct registry_settings, confine),
     .initial = "true",
     .help =
         "It takes from itself what it does not need: writing outside the directories "
         "of store and key, other programs, calls that change the machine, core "
         "dumps."},
    {.key = "log_level",
     .type = SETTING_WORD,
     AT(struct registry_settings, log_level),
     .initial = "info",
     .help = "What is logged.",
     .words = level_words},
    {.key = "log_format",
     .type = SETTING_WORD,
     AT(struct registry_settings, log_format),
     .initial = "text",
     .help = "How.",
     .words = format_words},
    {0},
};

static const struct setting gateway_table[] = {
    {.key = "id",
     .type = SETTING_TEXT,
     AT(struct gateway_settings, id),
     .help = "As the gateway calls itself.",
     .example = "cement-01"},
    {.key = "operator",
     .type = SETTING_TEXT,
     AT(struct gateway_settings, operator_id),
     .help = "The operator that its summaries must name.",
     .example = "OP-0001"},
    {.key = "installations",
     .type = SETTING_LIST,
     AT(struct gateway_settings, installations),
     .help = "The installations it speaks for.",
     .example = "[PK-CEM-0001]"},
    {.key = "public_key",
     .type = SETTING_TEXT,
     AT(struct gateway_settings, public_key_text),
     .initial = SETTING_UNSET,
     .help =
         "Its Ed25519 key, 64 hex digits.  With one, only signed summaries are taken."},
    {.key = "token",
     .type = SETTING_SECRET,
     AT(struct gateway_settings, token),
     .initial = SETTING_UNSET,
     .help = "Bearer token that its requests must carry."},
    {.key = "certificate",
     .type = SETTING_TEXT,
     AT(struct gateway_settings, certificate),
     .initial = SETTING_UNSET,
     .help = "Common name of the client certificate that its requests must come with."},
    {.key = "chain",
     .type = SETTING_WHOLE,
     AT(struct gateway_settings, chain),
     .initial = "0",
     .min = 0,
     .max = 1000000,
     .help =
         "One more lets its processes begin their chains anew, after an old image was "
         "restored or its state was lost."},
    {.key = "revoked",
     .type = SETTING_ANY,
     AT(struct gateway_settings, revoked_list),
     .initial = SETTING_UNSET,
     .help = "Keys of it that are not believed any more: a list, see below."},
    {0},
};

struct revoked_root {
    const char *key, *from;
};

static const struct setting revoked_table[] = {
    {.key = "key",
     .type = SETTING_TEXT,
     AT(struct revoked_root, key),
     .help = "The public key, 64 hex digits."},
    {.key = "from",
     .type = SETTING_TEXT,
     AT(struct revoked_root, from),
     .help = "What arrives from this time on is refused.",
     .example = "2026-07-15T00:00:00Z"},
    {0},
};

static const char *const role_words[] = {"reader", "plant", "verifier", "registry", NULL};

static const struct setting reader_table[] = {
    {.key = "name",
     .type = SETTING_TEXT,
     AT(struct reader_settings, name),
     .help = "Who it is, for people."},
    {.key = "role",
     .type = SETTING_WORD,
     AT(struct reader_settings, role),
     .help = "What it may read.",
     .words = role_words},
    {.key = "operator",
     .type = SETTING_TEXT,
     AT(struct reader_settings, operator_id),
     .initial = SETTING_UNSET,
     .help = "Of a plant: the operator whose installations it sees."},
    {.key = "token_sha256",
     .type = SETTING_TEXT,
     AT(struct reader_settings, hash_text),
     .initial = SETTING_UNSET,
     .help = "SHA-256 of its bearer token, 64 hex digits; see `emgate-registry token`."},
    {.key = "certificate",
     .type = SETTING_TEXT,
     AT(struct reader_settings, certificate),
     .initial = SETTING_UNSET,
     .help = "Common name of its client certificate, instead of a token or beside it: "
             "either will do."},
    {0},
};

static void check_reader(struct reader_settings *reader, const struct node *node,
                         struct problems *problems)
{
    struct key_public hash = {0}; /* 32 bytes in hex, as a key is */
    if (!reader->hash_text && !reader->certificate) {
        problem_at(problems, node, "a reader needs 'token_sha256' or 'certificate'");
    }
    if (reader->hash_text && !key_parse(bytes_of(reader->hash_text), &hash)) {
        problem_at(problems, node_find(node, "token_sha256"),
                   "'token_sha256' must be 64 hex digits");
    }
    memcpy(reader->token_hash, hash.bytes, TOKEN_HASH_LEN);
    if ((reader->role == ROLE_PLANT) != (reader->operator_id != NULL)) {
        problem_at(problems, node,
                   "'operator' goes with the role 'plant', and only with it");
    }
}

static void read_readers(struct registry_settings *s, struct problems *problems)
{
    const struct node *list = s->reader_list;
    if (list && list->kind != NODE_LIST) {
        problem_at_key(problems, list, "'readers' must be a list");
        return;
    }
    s->readers = mem_array(list ? list->count : 0, sizeof *s->readers);
    NODE_EACH(node, list)
    {
        struct reader_settings reader = {0};
        if (settings_read(reader_table, node, &reader, problems)) {
            check_reader(&reader, node, problems);
            s->readers[s->reader_count++] = reader;
        }
    }
}

static void check_public_key(struct gateway_settings *gateway, const struct node *node,
                             struct problems *problems)
{
    if (!gateway->public_key_text) {
        return;
    }
    gateway->has_public_key =
        key_parse(bytes_of(gateway->public_key_text), &gateway->public_key);
    if (!gateway->has_public_key) {
        problem_at(problems, node_find(node, "public_key"),
                   "'public_key' must be 64 hex digits");
    }
}

static void read_revoked(struct gateway_settings *gateway, struct problems *problems)
{
    const struct node *list = gateway->revoked_list;
    if (list && (list->kind != NODE_LIST || list->count > REVOKED_MAX)) {
        problem_at_key(problems, list, "'revoked' must be a list of at most 16");
        return;
    }
    NODE_EACH(node, list)
    {
        struct revoked_root root = {0};
        bool zoned = false;
        if (!settings_read(revoked_table, node, &root, problems)) {
            continue;
        }
        struct revoked_key *revoked = &gateway->revoked[gateway->revoked_count++];
        if (!key_parse(bytes_of(root.key), &revoked->key)) {
            problem_at(problems, node_find(node, "key"), "'key' must be 64 hex digits");
        }
        if (!time_parse_iso(bytes_of(root.from), &revoked->from_ns, &zoned) || !zoned) {
            problem_at(problems, node_find(node, "from"),
                       "'from' must be a time with a zone");
        }
    }
}

static void read_gateways(struct registry_settings *s, struct problems *problems)
{
    const struct node *list = s->gateway_list;
    if (list && list->kind != NODE_LIST) {
        problem_at_key(problems, list, "'gateways' must be a list");
        return;
    }
    s->gateways = mem_array(list ? list->count : 0, sizeof *s->gateways);
    NODE_EACH(node, list)
    {
        struct gateway_settings gateway = {0};
        if (!settings_read(gateway_table, node, &gateway, problems)) {
            continue;
        }
        check_public_key(&gateway, node, problems);
        read_revoked(&gateway, problems);
        if (registry_find_gateway(s, gateway.id)) {
            problem_at(problems, node, "gateway '%s' is enrolled twice", gateway.id);
        }
        s->gateways[s->gateway_count] = gateway;
        table_put(&s->by_id, bytes_of(gateway.id), &s->gateways[s->gateway_count++]);
    }
}

static bool names_certificate(const struct registry_settings *s)
{
    bool names = s->client_certificates != 0;
    for (size_t i = 0; i < s->gateway_count; i++) {
        names = names || s->gateways[i].certificate;
    }
    for (size_t i = 0; i < s->reader_count; i++) {
        names = names || s->readers[i].certificate;
    }
    return names;
}

static void check_tls(const struct registry_settings *s, const struct node *node,
                      struct problems *problems)
{
    if (!s->tls.cert_file != !s->tls.key_file) {
        problem_at(problems, node, "'cert_file' and 'key_file' go together");
    }
    if (s->tls.client_ca_file && !s->tls.cert_file) {
        problem_at(problems, node, "'client_ca_file' goes with 'cert_file'");
    }
    if (!s->tls.client_ca_file && names_certificate(s)) {
        problem_at(problems, node,
                   "client certificates are named, but there is no 'client_ca_file'");
    }
}

static bool read_file(const char *path, struct buf *out, struct problems *problems)
{
    char words[128];
    FILE *in = fopen(path, "rbe");
    if (!in) {
        problem_at(problems, NULL, "can't open '%s': %s", path,
                   strerror_r(errno, words, sizeof words));
        return false;
    }
    uint8_t part[4096];
    size_t len = 0;
    while ((len = fread(part, 1, sizeof part, in)) > 0) {
        buf_add(out, (struct bytes){.data = part, .len = len});
    }
    bool failed = ferror(in) || out->overflow;
    fclose(in);
    if (failed) {
        problem_at(problems, NULL, "can't read '%s', or it is longer than %zu bytes",
                   path, FILE_LEN_MAX);
    }
    return !failed;
}

struct registry_settings *registry_settings_read(const char *path,
                                                 struct problems *problems)
{
    struct registry_settings *s = mem_new(struct registry_settings);
    struct buf text;
    buf_init(&text, FILE_LEN_MAX);
    size_t before = problems->count;
    if (read_file(path, &text, problems)) {
        struct root root = {0};
        s->document = document_parse(path, buf_bytes(&text), problems);
        if (problems->count == before &&
            settings_read(root_settings, document_root(s->document), &root, problems)) {
            settings_read(registry_table, root.registry, s, problems);
            s->gateway_list = root.gateways;
            read_gateways(s, problems);
            s->reader_list = root.readers;
            read_readers(s, problems);
            check_tls(s, root.registry, problems);
        }
    }
    buf_deinit(&text);
    if (problems->count > before) {
        registry_settings_free(&s);
    }
    return s;
}

void registry_settings_free(struct registry_settings **settings)
{
    if (*settings) {
        document_free(&(*settings)->document);
        table_deinit(&(*settings)->by_id);
        mem_free(&(*settings)->gateways);
        mem_free(&(*settings)->readers);
        mem_free(settings);
    }
}

const struct gateway_settings *registry_find_gateway(const struct registry_settings *s,
                                                     const char *id)
{
    return table_find(&s->by_id, bytes_of(id));
}

bool gateway_speaks_for(const struct gateway_settings *gateway, const char *installation)
{
    NODE_EACH(item, gateway->installations)
    {
        if (bytes_are(item->text, installation)) {
            return true;
        }
    }
    return false;
}

void registry_settings_reference(struct buf *out)
{
    settings_print_reference(root_settings, out);
    buf_add_text(out, "\n`registry`:\n\n");
    settings_print_reference(registry_table, out);
    buf_add_text(out, "\nEach of `gateways`:\n\n");
    settings_print_reference(gateway_table, out);
    buf_add_text(out, "\nEach of `revoked`:\n\n");
    settings_print_reference(revoked_table, out);
    buf_add_text(out, "\nEach of `readers`:\n\n");
    settings_print_reference(reader_table, out);
}
