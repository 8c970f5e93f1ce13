/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The plan: a configuration that was checked whole and turned into structs, const
 * after loading, freed whole.  The pipeline, `check`, `simulate` and `run` all get
 * theirs from here.
 *
 * A plan is made from a bundle: every file that the configuration consists of (main
 * file, conf.d, mappings, factor files), each with its name and full text.  The same
 * bundle is a journal record, so a replay has what the live run had.
 */
#ifndef CONFIG_PLAN_H
#define CONFIG_PLAN_H

#include "config/node/node.h"
#include "config/node/settings.h"
#include "core/bytes.h"
#include "core/error.h"
#include "mqtt/link.h"

/* ---- the bundle ---- */

struct bundle_file {
    char *name; /* as problems call it; the main file first */
    struct bytes text;
};

struct bundle {
    struct bundle_file *files;
    size_t count;
    uint8_t hash[32]; /* SHA-256 of the serialised form */
};

/* The names of files that come with the program, and of the variables' values. */
#define BUNDLE_PRESET "built-in/presets/" /* + NAME.yaml */
#define BUNDLE_FACTORS "built-in/factors/"
#define BUNDLE_ENVIRONMENT "environment"

/* Reads the main file, then the .yaml files of conf.d beside it in order of name, then
 * the files these name (mappings, presets, factor files), last the values of the
 * environment variables that they use.  Problems of reading are noted; the bundle then
 * lacks the file.  Secrets are not in it, only where they are kept. */
void bundle_read(const char *path, struct bundle *ret_bundle, struct problems *problems);

/* The factor files that come with the program, and nothing else. */
void bundle_read_factors(struct bundle *ret_bundle, struct problems *problems);

/* The bundle as bytes, at most BUNDLE_SIZE_MAX, and back.  ERR_CORRUPT: not a bundle. */
#define BUNDLE_SIZE_MAX (32U << 20)
void bundle_put(const struct bundle *bundle, struct buf *out);
enum err bundle_get(struct bytes stored, struct bundle *ret_bundle,
                    struct error *e) MUST_CHECK;
void bundle_deinit(struct bundle *bundle);

/* The file of this name, or NULL. */
const struct bundle_file *bundle_find(const struct bundle *bundle, const char *name);

/* Where presets and factor files are: $EMGATE_DATA_DIR, else where they were
 * installed, else (in a build that is not for installation) the source tree. */
const char *bundle_data_directory(void);

/* How a file that `from` names is called in the bundle: beside `from`, unless it is
 * absolute.  The caller frees it. */
char *bundle_name_beside(const char *from, struct bytes path);

/* ---- points ---- */

enum point_kind {
    POINT_RATE,    /* integrated over time */
    POINT_COUNTER, /* differences of a meter's reading */
    POINT_AMOUNT,  /* each reading is a delivery or batch */
    POINT_LEVEL,   /* stock: opening and closing */
    POINT_GAUGE,   /* mean */
    POINT_STATE,   /* share of the window in which it is true */
};

enum integration { INTEGRATE_HOLD, INTEGRATE_TRAPEZOID };

/* What readings are worth while another point says so, the worst last. */
enum worth {
    WORTH_GOOD,
    WORTH_UNCERTAIN,
    WORTH_CALIBRATION, /* it measures the calibration gas or weight */
    WORTH_MAINTENANCE,
    WORTH_BAD,
};

/* While `point`, a state that may hold a status word, says `equals` under `mask`, the
 * readings of the point that has this are worth no more than `worth`. */
struct plan_status {
    const struct plan_point *point;
    size_t point_index; /* into plan->points */
    uint64_t mask;      /* 0: while the state is true */
    uint64_t equals;
    enum worth worth;
};

struct plan_part;

struct plan_point {
    const char *id;
    const char *name;
    const char *device;
    const char *metric;
    enum point_kind kind;
    enum integration integration; /* rate */
    const char *unit;             /* of the point; readings are converted to it */
    const char *window_unit;      /* of a window's value: rate: "(unit).h"; state: "1" */
    const char *assume_unit;      /* of readings that carry none; default: unit */
    int64_t interval_ns;          /* expected time between readings */
    int64_t max_gap_ns;           /* beyond it a value no longer holds */
    double range_min, range_max;  /* plausible, in `unit`; -INFINITY, INFINITY: none */
    bool loop;                    /* readings are mA of a 4-20 mA loop: */
    double loop_low, loop_high;   /* the values at 4 and at 20 mA, in `unit` */
    double max_change;            /* most in a minute, in `unit`; 0: any */
    int64_t frozen_after_ns;      /* unchanged for longer is frozen; 0: never */
    const struct plan_point *frozen_while; /* state that must be true; NULL: always */
    size_t frozen_while_index;
    const struct plan_status *status; /* what other points say of this one */
    size_t status_count;
    double counter_wrap;     /* counter: value at which it starts again; 0: never */
    double valid_share;      /* 0..1, share of coverage that makes it valid */
    double uncertainty;      /* 95 %, relative, 0..1; 0: not stated */
    const char *substitute;  /* rule for missing data, or "none" */
    double substitute_value; /* for the rule "constant", in the window's unit */
    const struct plan_part *balance; /* for the rule "balance": these add up to it */
    size_t balance_count;
    int64_t calibrated_ns;             /* last calibration; INT64_MIN: not stated */
    int64_t calibration_due_ns;        /* the next one; INT64_MAX: not stated */
    const char *location, *instrument; /* for the monitoring plan, or NULL */
    const struct node *node;           /* for messages about it */
};

/* Calibrations and factors are told of this long before they lapse. */
#define PLAN_WARN_NS (INT64_C(30) * 86400 * 1000000000)

/* ---- processes ---- */

/* A value with its time of validity. */
struct plan_factor {
    double value;           /* in the canonical unit of the method's input */
    int64_t from_ns, to_ns; /* [from, to); INT64_MIN, INT64_MAX: open */
    const char *origin;     /* "constant", "factor:<id>@<version>" */
    const char *source;
    const char *text; /* of an INPUT_TEXT */
    uint8_t which;    /* of the input's unit alternatives */
    int material;     /* enum analysis_material; of a value from analyses */
    int64_t analyses; /* behind the value; 0: not said */
    double scatter;   /* of the analyses, relative, 95 %; negative: not said */
};

/* A point as a part of a sum: its window value in the sum's unit. */
struct plan_part {
    const struct plan_point *point;
    size_t point_index;
    double scale;
};

/* One sum of points over another: a reconciliation factor (2025/2547 Annex III A.1, eq.
 * 41) or a split by mass, heat or moles (eq. 43). */
struct plan_ratio {
    const struct plan_part *above, *below;
    size_t above_count, below_count;
};

enum carrier { CARRIER_ELECTRICITY, CARRIER_HEAT, CARRIER_WASTE_GAS, CARRIER_MATERIAL };

/* What comes in and what goes out of one carrier must be equal (Annex IV item 17). */
struct plan_balance {
    const char *id;
    enum carrier carrier;
    const struct plan_part *in, *out;
    size_t in_count, out_count;
    const char *unit;
    double tolerance; /* of the larger side, 0..1 */
};

extern const char *const carrier_names[];

/* Where one input of a stream's method comes from. */
struct plan_input {
    size_t method_input;            /* index into the method's table */
    size_t series_index;            /* within a series, from 0 */
    const struct plan_point *point; /* or NULL: factors */
    size_t point_index;             /* index into plan->points */
    double scale, offset; /* from the point's window unit to the canonical unit */
    double sign;          /* 1, or -1 for outputs of a mass balance */
    uint8_t which;        /* of the input's unit alternatives, for a point */
    const struct plan_ratio
        *reconcile;                    /* RecF that the point is multiplied by, or NULL */
    const struct plan_factor *factors; /* ordered by from_ns */
    size_t factor_count;
    const struct node *node;
};

struct method;

/* What a stream of the method precursor or precursor_own consumes. */
struct plan_precursor {
    const char *process;  /* of this installation that makes it, or NULL: bought */
    double to_unit;       /* from t consumed to `unit` */
    const char *unit;     /* functional unit of `process`; "t" */
    const char *category; /* aggregated category of goods */
    const char *cn;       /* or NULL */
    const char *origin;   /* ISO 3166 alpha-2, or NULL: the installation's own */
    const char *supplier, *installation; /* or NULL */
    const char *verification; /* reference of the verification report, or NULL */
    const char *period;       /* of the supplier's values, or NULL */
    const char *defaults;     /* good of the country's default values, or NULL */
    bool exempt;              /* of Union or exempt origin: counts as zero */
    bool indirect_counts;     /* it is not in Annex II of 2023/956 */
};

struct plan_stream {
    const char *id;
    const char *name;
    const struct method *method;
    int term; /* enum attribution_term */
    const struct plan_input *inputs;
    size_t input_count;
    double share;                   /* of this stream that belongs to the process, 0..1 */
    const struct plan_ratio *split; /* the share is this ratio, or NULL */
    const struct plan_precursor *precursor; /* or NULL: it is none */
};

/* A good by its CN code, with what the rules want told of it. */
struct plan_good {
    const char *id, *name, *cn;
    const struct plan_input *parameters; /* method_input: index into sector_parameters */
    size_t parameter_count;
};

struct plan_activity {
    const struct plan_point *point;
    size_t point_index;
    double scale; /* from the point's window unit to the functional unit, of content 1 */
    double to_tonnes;                 /* from the same; 0: it is no mass */
    const struct plan_input *content; /* share that is counted, or NULL: all */
    const struct plan_good *good;     /* that it is an amount of, or NULL */
};

struct plan_process {
    const char *id;
    const char *name;
    const char *category; /* such as cement_clinker */
    const char *route;
    const char *cn;
    const char *sector;
    bool indirect_counts;                   /* it is not in Annex II of 2023/956 */
    const char *functional_unit;            /* such as "t" */
    const struct plan_activity *activities; /* summed */
    size_t activity_count;
    const struct plan_good *goods;
    size_t good_count;
    const struct plan_point *operating; /* state point, or NULL: always operating */
    size_t operating_index;
    const struct plan_stream *streams;
    size_t stream_count;
    const struct plan_balance *balances;
    size_t balance_count;
    const struct plan_part *others; /* points of balances, splits, reconciliations */
    size_t other_count;
    const struct node *node;
};

/* ---- inputs, windows, the rest ---- */

struct adapter;

struct plan_route {
    const char *topic; /* MQTT filter */
    size_t broker;     /* index into plan->brokers */
    int qos;
    int publisher; /* 1: the broker's plugin must name the topic's device */
    const struct adapter *adapter;
    const struct node *settings; /* for adapter->init(); NULL: none */
    const struct node *node;
};

struct plan_windows {
    int64_t length_ns;      /* 1 min .. 1 day, a divisor of a day */
    int64_t skew_ns;        /* allowed disorder of event times */
    int64_t lateness_ns;    /* a window closes this long after its end */
    int64_t idle_ns;        /* a silent device no longer holds windows open */
    int64_t settle_ns;      /* late readings gather this long before a revision */
    int64_t amend_until_ns; /* later than this: quarantined */
    int64_t future_ns;      /* event times further ahead than this: quarantined */
};

struct plan_broker {
    const char *name, *uri, *client_id, *user, *password_file;
    const char *ca_file, *cert_file, *key_file;
    const char *protocol;       /* "auto", "5", "3.1.1" */
    const char *sparkplug_host; /* id of the Sparkplug host application, or NULL */
    int64_t keepalive_ns, session_expiry_ns, silence_ns;
    int64_t receive_maximum;
    bool self_test; /* whether it refuses what only a device may publish */
    const struct node *node;
};

struct sink;

struct plan_sink {
    const char *id;
    const struct sink *sink;
    const struct node *settings;
    int64_t retry_min_ns, retry_max_ns, timeout_ns;
    int64_t manifest_ns; /* 0: never */
};

enum bridge_form {
    BRIDGE_RAW,      /* messages as they came */
    BRIDGE_READINGS, /* what they say, as native telemetry */
};

#define PLAN_ANY_BROKER SIZE_MAX

struct plan_bridge_rule {
    const char *topic; /* local filter */
    size_t broker;     /* index into plan->brokers, or PLAN_ANY_BROKER */
    enum bridge_form form;
    const char *to; /* form of the remote topic, mqtt/topic_form.h */
    bool retain;    /* a retained message stays one */
    const struct node *node;
};

struct plan_bridge {
    const char *id;
    struct link_settings remote; /* with a client_id */
    double rate;                 /* messages a second; 0: no limit */
    bool from_oldest;            /* a new bridge begins with all the journal has */
    int64_t timeout_ns;
    const struct plan_bridge_rule *rules;
    size_t rule_count;
    const struct node *node;
};

struct plan_installation {
    const char *id, *name, *country, *unlocode, *time_zone, *sector;
    const char *operator_id, *operator_name, *address, *city, *post_code, *po_box;
    const char *name_native, *economic_activity, *representative, *email, *telephone;
    const char *latitude, *longitude; /* as written: the law asks for six decimals */
};

struct plan_outbox {
    const char *file; /* default: <state>/outbox.db */
    int64_t keep_ns;  /* delivered summaries are kept this long */
};

struct plan_journal {
    const char *directory; /* default: <state>/journal */
    bool sync_interval_mode;
    int64_t sync_interval_ns, commit_delay_ns;
    int64_t segment_size, quota, reserve;
};

struct plan {
    const char *gateway_id;
    const char *state_directory;
    bool confine;               /* to the directories that it writes to */
    const char *config_version; /* free text of the user */
    struct plan_installation installation;
    struct plan_windows windows;
    struct plan_journal journal;
    struct plan_outbox outbox;
    struct secret signing_key;                /* SECRET_NONE: <state>/signing.key */
    const char *web_listen;                   /* "127.0.0.1:8321", or NULL: no page */
    const char *web_cert_file, *web_key_file; /* NULL: no TLS */
    const char *web_client_ca_file;           /* NULL: no client certificates */
    const char *log_level, *log_format;
    const struct plan_broker *brokers;
    size_t broker_count;
    const struct plan_route *routes;
    size_t route_count;
    const struct plan_point *points;
    size_t point_count;
    const struct plan_process *processes;
    size_t process_count;
    const struct plan_sink *sinks;
    size_t sink_count;
    const struct plan_bridge *bridges;
    size_t bridge_count;
    const char *factor_set;        /* "name@version, ..." of the factor files used */
    uint8_t hash[32];              /* of the bundle */
    const struct node *simulation; /* for `emgate simulate`, or NULL */
};

/* Checks and compiles.  NULL when there were problems, those of bundle_read() among
 * them.  Adapter and sink settings are checked by their own init.  The plan does not
 * need the bundle any more. */
struct plan *plan_new(const struct bundle *bundle, struct problems *problems);
void plan_free(struct plan **plan);

/* The factor valid at this time, or NULL. */
const struct plan_factor *plan_factor_at(const struct plan_input *input,
                                         int64_t event_ns);

#define PLAN_LAPSE_ANALYSES "cover by analyses (2025/2547 Annex II B.5)"

/* A calibration or the last value of a factor that ends within PLAN_WARN_NS, or has; or
 * the next analysis that is due within a quarter of its interval, or was. */
struct plan_lapse {
    const char *what; /* the point; else process/stream/input or process/good/parameter */
    const char *words; /* "calibration", "last value", PLAN_LAPSE_ANALYSES */
    int64_t end_ns;
    bool over;
};
typedef void plan_lapse_fn(void *ctx, const struct plan_lapse *lapse);

/* Calls `each` for all of them. */
void plan_each_lapse(const struct plan *plan, int64_t now_ns, plan_lapse_fn *each,
                     void *ctx);

/* The point of this id, or NULL. */
const struct plan_point *plan_find_point(const struct plan *plan, struct bytes id);

/* The names as a configuration writes them: "rate", "counter". */
const char *plan_point_kind_name(enum point_kind kind);

/* Every section and setting as Markdown, from the tables that read them. */
void plan_print_reference(struct buf *out);

#endif
