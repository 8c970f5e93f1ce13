/* SPDX-License-Identifier: Apache-2.0 */
/* The sections about the gateway itself and about the installation it stands in. */
#include "config/plan_private.h"

#include "core/clock.h"
#include "core/number.h"

#include <math.h>
#include <stdio.h>

/* ---- gateway ---- */

static const struct setting gateway_settings[] = {
    {.key = "id",
     .type = SETTING_TEXT,
     AT(struct plan, gateway_id),
     .help = "Name of this gateway, unique for the registry; letters, digits, `-`, `_` "
             "and `.`."},
    {.key = "state",
     .type = SETTING_PATH,
     AT(struct plan, state_directory),
     .initial = "/var/lib/emgate",
     .help = "Directory of everything that must survive: journal, outbox, signing key."},
    {.key = "version",
     .type = SETTING_TEXT,
     AT(struct plan, config_version),
     .initial = SETTING_UNSET,
     .help = "Your version of this configuration; cited in every summary."},
    {.key = "key",
     .type = SETTING_SECRET,
     AT(struct plan, signing_key),
     .initial = SETTING_UNSET,
     .help = "Where the signing key is kept; by default `signing.key` in the state "
             "directory, made at the first start."},
    {.key = "confine",
     .type = SETTING_BOOL,
     AT(struct plan, confine),
     .initial = "true",
     .help = "The running gateway takes from itself what it does not need: writing "
             "outside its directories, other programs, calls that change the machine, "
             "core dumps."},
    {0},
};

static void read_gateway(struct build *b, const struct node *section)
{
    settings_read(gateway_settings, section, b->plan, b->problems);
    build_check_id(b, section, "id");
}

const struct section section_gateway = {
    .name = "gateway",
    .help = "The gateway itself.",
    .required = true,
    .table = gateway_settings,
    .read = read_gateway,
};

/* ---- installation ---- */

struct installation {
    struct plan_installation plan;
    const struct node *operator_node;
    int sector;
};

const struct setting operator_settings[] = {
    {.key = "id",
     .type = SETTING_TEXT,
     AT(struct plan_installation, operator_id),
     .help = "The operator's number in the registry."},
    {.key = "name",
     .type = SETTING_TEXT,
     AT(struct plan_installation, operator_name),
     .help = "The operator's name."},
    {0},
};

static const struct setting installation_settings[] = {
    {.key = "id",
     .type = SETTING_TEXT,
     AT(struct installation, plan.id),
     .help = "The installation's number in the registry."},
    {.key = "name",
     .type = SETTING_TEXT,
     AT(struct installation, plan.name),
     .help = "The installation's name."},
    {.key = "operator",
     .type = SETTING_MAP,
     AT(struct installation, operator_node),
     .initial = SETTING_UNSET,
     .help = "Who operates it: `{id, name}`."},
    {.key = "sector",
     .type = SETTING_WORD,
     AT(struct installation, sector),
     .words = sector_names,
     .help = "Sector of the installation."},
    {.key = "country",
     .type = SETTING_TEXT,
     AT(struct installation, plan.country),
     .example = "PK",
     .help = "ISO 3166-1 code of two letters, such as `PK`."},
    {.key = "unlocode",
     .type = SETTING_TEXT,
     AT(struct installation, plan.unlocode),
     .initial = SETTING_UNSET,
     .help = "UN/LOCODE of the place, such as `PKKHI`."},
    {.key = "time_zone",
     .type = SETTING_TEXT,
     AT(struct installation, plan.time_zone),
     .initial = "UTC",
     .help = "IANA name of the zone whose days, months and years are reported, such as "
             "`Asia/Karachi`."},
    {.key = "latitude",
     .type = SETTING_TEXT,
     AT(struct installation, plan.latitude),
     .initial = SETTING_UNSET,
     .help = "Degrees north, kept as written; the rules ask for six decimals."},
    {.key = "longitude",
     .type = SETTING_TEXT,
     AT(struct installation, plan.longitude),
     .initial = SETTING_UNSET,
     .help = "Degrees east, kept as written."},
    {.key = "address",
     .type = SETTING_TEXT,
     AT(struct installation, plan.address),
     .initial = SETTING_UNSET,
     .help = "Street and number."},
    {.key = "city",
     .type = SETTING_TEXT,
     AT(struct installation, plan.city),
     .initial = SETTING_UNSET,
     .help = "City."},
    {.key = "name_native",
     .type = SETTING_TEXT,
     AT(struct installation, plan.name_native),
     .initial = SETTING_UNSET,
     .help = "Its name in the country's own language."},
    {.key = "post_code",
     .type = SETTING_TEXT,
     AT(struct installation, plan.post_code),
     .initial = SETTING_UNSET,
     .help = "Post code."},
    {.key = "po_box",
     .type = SETTING_TEXT,
     AT(struct installation, plan.po_box),
     .initial = SETTING_UNSET,
     .help = "Post office box."},
    {.key = "economic_activity",
     .type = SETTING_TEXT,
     AT(struct installation, plan.economic_activity),
     .initial = SETTING_UNSET,
     .help = "What the installation does, for the report."},
    {.key = "representative",
     .type = SETTING_TEXT,
     AT(struct installation, plan.representative),
     .initial = SETTING_UNSET,
     .help = "Name of the authorised representative."},
    {.key = "email",
     .type = SETTING_TEXT,
     AT(struct installation, plan.email),
     .initial = SETTING_UNSET,
     .help = "Address of the representative."},
    {.key = "telephone",
     .type = SETTING_TEXT,
     AT(struct installation, plan.telephone),
     .initial = SETTING_UNSET,
     .help = "Number of the representative."},
    {0},
};

static void check_degrees(struct build *b, const struct node *section, const char *key,
                          double limit)
{
    const struct node *node = node_find(section, key);
    double degrees = 0;
    bool good = !node || (node->kind == NODE_SCALAR &&
                          number_parse(node->text, &degrees) && fabs(degrees) <= limit);
    if (!good) {
        problem_at(b->problems, node,
                   "%s: degrees from -%g to %g are wanted, as in "
                   "\"24.860735\"",
                   key, limit, limit);
    }
}

/* Two letters of the country and three of the place. */
static bool is_unlocode(const char *code)
{
    bool good = strlen(code) == 5;
    for (size_t i = 0; good && i < 5; i++) {
        bool letter = code[i] >= 'A' && code[i] <= 'Z';
        good = letter || (i >= 2 && code[i] >= '2' && code[i] <= '9');
    }
    return good;
}

static void check_place(struct build *b, const struct node *section,
                        const struct plan_installation *place)
{
    if (place->country && !is_country(place->country)) {
        problem_at(b->problems, node_find(section, "country"),
                   "country: '%s' is not an ISO 3166-1 code of two letters, such as 'PK'",
                   place->country);
    }
    if (place->unlocode && !is_unlocode(place->unlocode)) {
        problem_at(b->problems, node_find(section, "unlocode"),
                   "unlocode: '%s' is not a UN/LOCODE, such as 'PKKHI'", place->unlocode);
    } else if (place->unlocode && place->country &&
               strncmp(place->unlocode, place->country, 2) != 0) {
        problem_at(b->problems, node_find(section, "unlocode"),
                   "unlocode: '%s' is not in the country '%s'", place->unlocode,
                   place->country);
    }
    check_degrees(b, section, "latitude", 90);
    check_degrees(b, section, "longitude", 180);
}

static void read_installation(struct build *b, const struct node *section)
{
    struct installation read = {0};
    settings_read(installation_settings, section, &read, b->problems);
    if (read.operator_node) {
        settings_read(operator_settings, read.operator_node, &read.plan, b->problems);
    }
    read.plan.sector = sector_names[read.sector];
    struct error e = {0};
    if (read.plan.time_zone &&
        zone_open(bytes_of(read.plan.time_zone), &b->zone, &e) != ERR_OK) {
        problem_at(b->problems, node_find(section, "time_zone"),
                   "time_zone: %s; write an IANA name, such as Asia/Karachi", e.text);
    }
    check_place(b, section, &read.plan);
    b->plan->installation = read.plan;
}

const struct section section_installation = {
    .name = "installation",
    .help = "The installation whose emissions are reported.",
    .required = true,
    .table = installation_settings,
    .read = read_installation,
};

/* ---- web ---- */

static const struct setting web_settings[] = {
    {.key = "listen",
     .type = SETTING_TEXT,
     AT(struct plan, web_listen),
     .initial = "127.0.0.1:8321",
     .example = "127.0.0.1:8321",
     .help = "Address and port of the page, the metrics and the health checks; `off`: "
             "none.  It has no password: keep it on loopback, or ask for client "
             "certificates."},
    {.key = "cert_file",
     .type = SETTING_PATH,
     AT(struct plan, web_cert_file),
     .initial = SETTING_UNSET,
     .help = "Certificate of the page, PEM, with the chain behind it: then it speaks TLS "
             "1.2 and later only.  Read again on a reload.",
     .example = "/etc/emgate/page.crt"},
    {.key = "key_file",
     .type = SETTING_PATH,
     AT(struct plan, web_key_file),
     .initial = SETTING_UNSET,
     .help = "Its private key, PEM."},
    {.key = "client_ca_file",
     .type = SETTING_PATH,
     AT(struct plan, web_client_ca_file),
     .initial = SETTING_UNSET,
     .help = "Authority of client certificates, PEM: without one of it nothing but "
             "`/healthz` and `/readyz` is answered."},
    {0},
};

/* "host:port" with a numeric port; an IPv6 address stands in brackets. */
static bool is_listen(const char *text)
{
    const char *colon = strrchr(text, ':');
    int64_t port = 0;
    return colon && colon != text && number_parse_i64(bytes_of(colon + 1), &port) &&
           port > 0 && port <= 65535;
}

static void read_web(struct build *b, const struct node *section)
{
    settings_read(web_settings, section, b->plan, b->problems);
    if (!b->plan->web_cert_file != !b->plan->web_key_file) {
        problem_at(b->problems, section, "'cert_file' and 'key_file' go together");
    }
    if (b->plan->web_client_ca_file && !b->plan->web_cert_file) {
        problem_at(b->problems, section, "'client_ca_file' goes with 'cert_file'");
    }
    const char *listen = b->plan->web_listen;
    if (listen && strcmp(listen, "off") == 0) {
        b->plan->web_listen = NULL;
    } else if (listen && !is_listen(listen)) {
        problem_at(b->problems, node_find(section, "listen"),
                   "listen: '%s' is not an address with a port, such as 127.0.0.1:8321",
                   listen);
    }
}

const struct section section_web = {
    .name = "web",
    .help = "The gateway's own page.",
    .table = web_settings,
    .read = read_web,
};

/* ---- log ---- */

struct log_words {
    int level;
    int format;
};

static const char *const level_names[] = {"error", "warn", "info", "debug", NULL};
static const char *const format_names[] = {"text", "json", NULL};

static const struct setting log_settings[] = {
    {.key = "level",
     .type = SETTING_WORD,
     AT(struct log_words, level),
     .initial = "info",
     .words = level_names,
     .help = "The least important lines that are printed."},
    {.key = "format",
     .type = SETTING_WORD,
     AT(struct log_words, format),
     .initial = "text",
     .words = format_names,
     .help = "How a line is printed on standard error."},
    {0},
};

static void read_log(struct build *b, const struct node *section)
{
    struct log_words words = {0};
    settings_read(log_settings, section, &words, b->problems);
    b->plan->log_level = level_names[words.level];
    b->plan->log_format = format_names[words.format];
}

const struct section section_log = {
    .name = "log",
    .help = "What is logged.",
    .table = log_settings,
    .read = read_log,
};
