/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The SQLite store in SQL: schema and statements.
 *
 *     installation  one a plant
 *     process       one a production process, with the span of its windows
 *     summary       one a revision; `latest` marks the one that counts
 *     envelope      its bytes as they came, apart so that lists stay small
 *     total         sums over latest summaries: period 1 day, 2 month, 3 year; a sum is
 *                   two integers, whole and part of 2^60 (registry/exact.h)
 *     area, area_total   the same sums by country, sector and category
 *     chain, link   one run a process and gateway; what waits for it
 *     refusal, checkpoint, key_change   evidence, the bytes as they came
 *     record        the registry's own notes, by kind and id
 */
#include "registry/store_sqlite.h"

#define FORMAT_VERSION 2

#define SUMMARY_COLUMNS                                                                  \
    "s.id, s.key, s.supersedes, s.start, s.end, s.revision, s.latest, s.complete,"       \
    " s.stored, s.direct, s.indirect, s.activity, s.electricity, s.fuel, s.coverage"

#define TOTAL_COLUMNS                                                                    \
    "t.label, t.windows, t.complete, t.direct, t.direct_part, t.direct_known,"           \
    " t.indirect, t.indirect_part, t.indirect_known, t.activity, t.activity_part,"       \
    " t.activity_known, t.electricity, t.electricity_part, t.electricity_known, t.fuel," \
    " t.fuel_part, t.fuel_known, t.coverage, t.coverage_part, t.coverage_known"

/* clang-format off */
/* What a total becomes when another is added: whole numbers of 2^-60 with a carry. */
#define ADD_AMOUNT(name)                                                                 \
    " " name " = t." name " + excluded." name " + ((t." name "_part + excluded." name    \
    "_part) >> 60), " name "_part = (t." name "_part + excluded." name                   \
    "_part) & 1152921504606846975, " name "_known = t." name "_known + excluded." name   \
    "_known"

#define ADD_TOTAL                                                                        \
    " DO UPDATE SET windows = t.windows + excluded.windows,"                             \
    " complete = t.complete + excluded.complete,"                                        \
    ADD_AMOUNT("direct") "," ADD_AMOUNT("indirect") "," ADD_AMOUNT("activity") ","       \
    ADD_AMOUNT("electricity") "," ADD_AMOUNT("fuel") "," ADD_AMOUNT("coverage")

/* clang-format on */
#define TOTAL_VALUES                                                                     \
    " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16,"    \
    " ?17, ?18, ?19, ?20, ?21, ?22, ?23)"

/* The same for both statements, since the order is that of rows that stay. */
#define OLDEST_SUMMARIES                                                                 \
    "(SELECT s.id FROM installation i JOIN process p ON p.installation = i.id"           \
    " JOIN summary s ON s.process = p.id WHERE i.name = ?1 AND s.start < ?2"             \
    " ORDER BY s.process, s.start, s.revision LIMIT ?3)"

#define ROLLUP_LABELS " AND t.label >= coalesce(?3, '') AND t.label <= coalesce(?4, '~')"

#define AMOUNT_COLUMN(name)                                                              \
    " " name " INTEGER NOT NULL, " name "_part INTEGER NOT NULL, " name                  \
    "_known INTEGER NOT NULL"

static const char schema[] =
    "CREATE TABLE IF NOT EXISTS installation (id INTEGER PRIMARY KEY,"
    " name TEXT NOT NULL UNIQUE, operator TEXT NOT NULL, country TEXT NOT NULL,"
    " sector TEXT NOT NULL);"
    "CREATE TABLE IF NOT EXISTS process (id INTEGER PRIMARY KEY,"
    " installation INTEGER NOT NULL REFERENCES installation, name TEXT NOT NULL,"
    " gateway TEXT NOT NULL, category TEXT NOT NULL, route TEXT NOT NULL,"
    " cn TEXT NOT NULL, unit TEXT NOT NULL, time_zone TEXT NOT NULL,"
    " first_start INTEGER, last_start INTEGER, last_end INTEGER,"
    " windows INTEGER NOT NULL DEFAULT 0, UNIQUE (installation, name));"
    "CREATE TABLE IF NOT EXISTS summary (id INTEGER PRIMARY KEY,"
    " key BLOB NOT NULL UNIQUE, process INTEGER NOT NULL REFERENCES process,"
    " start INTEGER NOT NULL, end INTEGER NOT NULL, revision INTEGER NOT NULL,"
    " supersedes BLOB, latest INTEGER NOT NULL, complete INTEGER NOT NULL,"
    " stored INTEGER NOT NULL, direct REAL, indirect REAL, activity REAL,"
    " electricity REAL, fuel REAL, coverage REAL,"
    " UNIQUE (process, start, revision));"
    "CREATE TABLE IF NOT EXISTS envelope (summary INTEGER PRIMARY KEY REFERENCES summary,"
    " bytes BLOB NOT NULL);"
    "CREATE TABLE IF NOT EXISTS total (process INTEGER NOT NULL REFERENCES process,"
    " period INTEGER NOT NULL, label TEXT NOT NULL, windows INTEGER NOT NULL,"
    " complete INTEGER NOT NULL, "
    /* clang-format off */
    AMOUNT_COLUMN("direct") ", "
    AMOUNT_COLUMN("indirect") ", "
    AMOUNT_COLUMN("activity") ", "
    AMOUNT_COLUMN("electricity") ", "
    AMOUNT_COLUMN("fuel") ", "
    AMOUNT_COLUMN("coverage")
    /* clang-format on */
    ", PRIMARY KEY (process, period, label)) WITHOUT ROWID;"
    "CREATE INDEX IF NOT EXISTS total_label ON total (period, label);"
    "CREATE TABLE IF NOT EXISTS area (id INTEGER PRIMARY KEY, country TEXT NOT NULL,"
    " sector TEXT NOT NULL, category TEXT NOT NULL, unit TEXT NOT NULL,"
    " UNIQUE (country, sector, category, unit));"
    "CREATE TABLE IF NOT EXISTS process_area (process INTEGER PRIMARY KEY"
    " REFERENCES process, area INTEGER NOT NULL REFERENCES area);"
    "CREATE TABLE IF NOT EXISTS area_total (area INTEGER NOT NULL REFERENCES area,"
    " period INTEGER NOT NULL, label TEXT NOT NULL, windows INTEGER NOT NULL,"
    " complete INTEGER NOT NULL, "
    /* clang-format off */
    AMOUNT_COLUMN("direct") ", "
    AMOUNT_COLUMN("indirect") ", "
    AMOUNT_COLUMN("activity") ", "
    AMOUNT_COLUMN("electricity") ", "
    AMOUNT_COLUMN("fuel") ", "
    AMOUNT_COLUMN("coverage")
    /* clang-format on */
    ", PRIMARY KEY (period, label, area)) WITHOUT ROWID;";

static const char more_schema[] =
    "CREATE TABLE IF NOT EXISTS chain (process INTEGER NOT NULL REFERENCES process,"
    " gateway TEXT NOT NULL, epoch INTEGER NOT NULL, began INTEGER NOT NULL,"
    " first_names BLOB, first_tree INTEGER NOT NULL, head BLOB NOT NULL,"
    " head_tree INTEGER NOT NULL, head_root BLOB NOT NULL,"
    " PRIMARY KEY (process, gateway)) WITHOUT ROWID;"
    "CREATE TABLE IF NOT EXISTS link (process INTEGER NOT NULL REFERENCES process,"
    " gateway TEXT NOT NULL, key BLOB NOT NULL, previous BLOB NOT NULL,"
    " tree_size INTEGER NOT NULL, tree_root BLOB NOT NULL,"
    " PRIMARY KEY (process, gateway, key), UNIQUE (process, gateway, previous))"
    " WITHOUT ROWID;"
    "CREATE TABLE IF NOT EXISTS refusal (id INTEGER PRIMARY KEY, gateway TEXT NOT NULL,"
    " key BLOB NOT NULL, conflict INTEGER NOT NULL, reason TEXT NOT NULL,"
    " first INTEGER NOT NULL, last INTEGER NOT NULL, times INTEGER NOT NULL,"
    " bytes BLOB NOT NULL, UNIQUE (gateway, key));"
    "CREATE INDEX IF NOT EXISTS refusal_gateway ON refusal (gateway, id);"
    "CREATE INDEX IF NOT EXISTS refusal_key ON refusal (key);"
    "CREATE TABLE IF NOT EXISTS checkpoint (id INTEGER PRIMARY KEY AUTOINCREMENT,"
    " gateway TEXT NOT NULL, epoch INTEGER NOT NULL, size INTEGER NOT NULL,"
    " root BLOB NOT NULL, proved INTEGER NOT NULL, note BLOB NOT NULL,"
    " stored INTEGER NOT NULL);"
    "CREATE INDEX IF NOT EXISTS checkpoint_gateway ON checkpoint (gateway, id);"
    "CREATE TABLE IF NOT EXISTS key_change (id INTEGER PRIMARY KEY,"
    " gateway TEXT NOT NULL, bytes BLOB NOT NULL, stored INTEGER NOT NULL,"
    " UNIQUE (gateway, bytes));"
    "CREATE TABLE IF NOT EXISTS record (kind TEXT NOT NULL, id TEXT NOT NULL,"
    " value BLOB NOT NULL, stored INTEGER NOT NULL, PRIMARY KEY (kind, id))"
    " WITHOUT ROWID;"
    "CREATE INDEX IF NOT EXISTS process_gateway ON process (gateway);";

static const char *const statements[SQL_STATEMENTS] = {
    [SQL_BEGIN] = "BEGIN IMMEDIATE",
    [SQL_COMMIT] = "COMMIT",
    [SQL_ROLLBACK] = "ROLLBACK",
    [SQL_PUT_INSTALLATION] = "INSERT INTO installation (name, operator, country, sector)"
                             " VALUES (?1, ?2, ?3, ?4) ON CONFLICT (name) DO UPDATE SET"
                             " operator = excluded.operator, country = excluded.country,"
                             " sector = excluded.sector RETURNING id",
    [SQL_PUT_PROCESS] =
        "INSERT INTO process (installation, name, gateway, category, route, cn, unit,"
        " time_zone) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)"
        " ON CONFLICT (installation, name) DO UPDATE SET gateway = excluded.gateway,"
        " category = excluded.category, route = excluded.route, cn = excluded.cn,"
        " unit = excluded.unit RETURNING id, time_zone",
    [SQL_FIND_KEY] = "SELECT stored FROM summary WHERE key = ?1",
    [SQL_FIND_REVISION] = "SELECT " SUMMARY_COLUMNS " FROM summary s"
                          " WHERE s.process = ?1 AND s.start = ?2 AND s.revision = ?3",
    [SQL_FIND_LATEST] = "SELECT " SUMMARY_COLUMNS " FROM summary s"
                        " WHERE s.process = ?1 AND s.start = ?2"
                        " ORDER BY s.revision DESC LIMIT 1",
    [SQL_FIND_BEFORE] = "SELECT end FROM summary WHERE process = ?1 AND start < ?2"
                        " ORDER BY start DESC LIMIT 1",
    [SQL_FIND_AFTER] = "SELECT start FROM summary WHERE process = ?1 AND start > ?2"
                       " ORDER BY start LIMIT 1",
    [SQL_PUT_SUMMARY] =
        "INSERT INTO summary (key, process, start, end, revision, supersedes, latest,"
        " complete, stored, direct, indirect, activity, electricity, fuel, coverage)"
        " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15)",
    [SQL_PUT_ENVELOPE] = "INSERT INTO envelope (summary, bytes) VALUES (?1, ?2)",
    [SQL_CLEAR_LATEST] = "UPDATE summary SET latest = 0 WHERE id = ?1",
    [SQL_COUNT_WINDOW] = "UPDATE process SET windows = windows + 1,"
                         " first_start = min(coalesce(first_start, ?2), ?2),"
                         " last_start = max(coalesce(last_start, ?2), ?2),"
                         " last_end = max(coalesce(last_end, ?3), ?3) WHERE id = ?1",
    [SQL_ADD_TOTAL] = "INSERT INTO total AS t" TOTAL_VALUES
                      " ON CONFLICT (process, period, label)" ADD_TOTAL,
    [SQL_ADD_AREA_TOTAL] = "INSERT INTO area_total AS t" TOTAL_VALUES
                           " ON CONFLICT (period, label, area)" ADD_TOTAL,
    [SQL_FIND_PROCESS] =
        "SELECT p.id, p.time_zone, coalesce(a.area, 0), i.operator, i.country, i.sector,"
        " p.gateway, p.category, p.route, p.cn, p.unit FROM installation i JOIN process p"
        " ON p.installation = i.id AND p.name = ?2 LEFT JOIN process_area a"
        " ON a.process = p.id WHERE i.name = ?1",
    [SQL_TAKE_AREA] = "INSERT INTO area (country, sector, category, unit) VALUES (?1, ?2,"
                      " ?3, ?4) ON CONFLICT (country, sector, category, unit) DO UPDATE"
                      " SET unit = excluded.unit RETURNING id",
    [SQL_SET_AREA] = "INSERT OR REPLACE INTO process_area VALUES (?1, ?2)",
    [SQL_ROLLUP_AREA] =
        "SELECT " TOTAL_COLUMNS ", CASE ?1 WHEN 0 THEN a.country WHEN 1 THEN a.sector"
        " ELSE a.category END AS name, a.unit FROM area_total t JOIN area a"
        " ON a.id = t.area WHERE t.period = ?2" ROLLUP_LABELS
        " AND (?5 IS NULL OR a.country = ?5) AND (?6 IS NULL OR a.sector = ?6)"
        " AND (?7 IS NULL OR a.category = ?7) ORDER BY name, t.label",
    [SQL_ROLLUP_PROCESS] =
        "SELECT " TOTAL_COLUMNS ", CASE ?1 WHEN 0 THEN i.country WHEN 1 THEN i.sector"
        " WHEN 2 THEN p.category WHEN 3 THEN i.operator ELSE i.name END AS name, p.unit"
        " FROM total t JOIN process p ON p.id = t.process JOIN installation i"
        " ON i.id = p.installation WHERE t.period = ?2" ROLLUP_LABELS
        " AND (?5 IS NULL OR i.country = ?5) AND (?6 IS NULL OR i.sector = ?6)"
        " AND (?7 IS NULL OR p.category = ?7) AND (?8 IS NULL OR i.operator = ?8)"
        " AND (?9 IS NULL OR i.name = ?9) ORDER BY name, t.label",
    [SQL_EACH_INSTALLATION] =
        "SELECT i.id, i.name, i.operator, i.country, i.sector, count(p.id),"
        " sum(p.windows), max(p.last_end) FROM installation i JOIN process p"
        " ON p.installation = i.id WHERE p.windows > 0 AND i.id > ?1"
        " AND (?3 IS NULL OR i.operator = ?3)"
        " GROUP BY i.id ORDER BY i.id LIMIT ?2",
    [SQL_EACH_PROCESS] =
        "SELECT p.id, i.name, p.name, p.gateway, i.operator, i.country, i.sector,"
        " p.time_zone, p.category, p.route, p.cn, p.unit, p.first_start, p.last_start,"
        " p.last_end, p.windows, c.began IS NOT NULL, c.first_names IS NULL,"
        " (SELECT count(*) FROM link l WHERE l.process = p.id AND l.gateway = p.gateway)"
        " FROM process p JOIN installation i ON i.id = p.installation"
        " LEFT JOIN chain c ON c.process = p.id AND c.gateway = p.gateway"
        " WHERE p.windows > 0 AND p.id > ?3"
        " AND (?1 IS NULL OR i.name = ?1) AND (?2 IS NULL OR p.name = ?2)"
        " AND (?5 IS NULL OR i.operator = ?5)"
        " ORDER BY p.id LIMIT ?4",
    [SQL_EACH_SUMMARY] =
        "SELECT " SUMMARY_COLUMNS ", i.name, p.name, p.unit FROM summary s"
        " JOIN process p ON p.id = s.process JOIN installation i"
        " ON i.id = p.installation WHERE s.process = ?1 AND s.start >= ?2"
        " AND s.start < ?3 AND (?4 OR s.latest = 1)"
        " AND (s.start, s.revision) > (?5, ?6)"
        " ORDER BY s.start, s.revision LIMIT ?7",
    [SQL_EACH_TOTAL] =
        "SELECT " TOTAL_COLUMNS ", i.name, p.name, p.unit FROM total t"
        " JOIN process p ON p.id = t.process JOIN installation i"
        " ON i.id = p.installation WHERE t.process = ?1 AND t.period = ?2"
        " AND (?3 IS NULL OR t.label >= ?3) AND (?4 IS NULL OR t.label <= ?4)"
        " ORDER BY t.label DESC LIMIT ?5",
    [SQL_GET_ENVELOPE] = "SELECT e.bytes FROM summary s JOIN envelope e"
                         " ON e.summary = s.id WHERE s.key = ?1",
    [SQL_COUNT] = "SELECT (SELECT count(*) FROM installation), (SELECT count(*) FROM"
                  " process), (SELECT coalesce(max(id), 0) FROM summary)",
    [SQL_GET_CHAIN] = "SELECT epoch, began, first_names, first_tree, head, head_tree,"
                      " head_root FROM chain WHERE process = ?1 AND gateway = ?2",
    [SQL_PUT_CHAIN] = "INSERT OR REPLACE INTO chain VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7,"
                      " ?8, ?9)",
    [SQL_LINK_BY_KEY] = "SELECT key, previous, tree_size, tree_root FROM link"
                        " WHERE process = ?1 AND gateway = ?2 AND key = ?3",
    [SQL_LINK_BY_PREVIOUS] = "SELECT key, previous, tree_size, tree_root FROM link"
                             " WHERE process = ?1 AND gateway = ?2 AND previous = ?3",
    [SQL_PUT_LINK] = "INSERT INTO link VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
    [SQL_DROP_LINKS] = "DELETE FROM link WHERE process = ?1 AND gateway = ?2"
                       " AND (?3 IS NULL OR key = ?3)",
    [SQL_OTHER_ROOT] = "SELECT 1 FROM chain c JOIN process p ON p.id = c.process"
                       " WHERE c.gateway = ?1 AND c.epoch = ?2 AND c.head_tree = ?3"
                       " AND c.head_root <> ?4 LIMIT 1",
    [SQL_PUT_REFUSAL] =
        "INSERT INTO refusal (gateway, key, conflict, reason, first, last, times, bytes)"
        " VALUES (?1, ?2, ?3, ?4, ?5, ?5, 1, ?6) ON CONFLICT (gateway, key) DO UPDATE SET"
        " conflict = excluded.conflict, reason = excluded.reason, last = excluded.last,"
        " times = times + 1",
    [SQL_TRIM_REFUSALS] =
        "DELETE FROM refusal WHERE gateway = ?1 AND id <= (SELECT id FROM refusal"
        " WHERE gateway = ?1 ORDER BY id DESC LIMIT 1 OFFSET ?2)",
    [SQL_EACH_REFUSAL] = "SELECT id, gateway, key, conflict, reason, first, last, times"
                         " FROM refusal WHERE id > ?2 AND (?1 IS NULL OR gateway = ?1)"
                         " ORDER BY id LIMIT ?3",
    [SQL_GET_REFUSAL] = "SELECT bytes FROM refusal WHERE key = ?1 LIMIT 1",
    [SQL_PUT_CHECKPOINT] = "INSERT INTO checkpoint (gateway, epoch, size, root, note,"
                           " stored, proved) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
    [SQL_TRIM_CHECKPOINTS] =
        "DELETE FROM checkpoint WHERE gateway = ?1 AND id <= (SELECT id FROM checkpoint"
        " WHERE gateway = ?1 ORDER BY id DESC LIMIT 1 OFFSET ?2)",
    [SQL_EACH_CHECKPOINT] =
        "SELECT id, gateway, epoch, size, root, note, stored, proved FROM checkpoint"
        " WHERE (?2 = 0 OR id < ?2) AND (?1 IS NULL OR gateway = ?1)"
        " ORDER BY id DESC LIMIT ?3",
    [SQL_PUT_CHANGE] = "INSERT INTO key_change (gateway, bytes, stored)"
                       " VALUES (?1, ?2, ?3)",
    [SQL_EACH_CHANGE] = "SELECT gateway, bytes, stored FROM key_change ORDER BY id",
    [SQL_PUT_RECORD] = "INSERT OR REPLACE INTO record VALUES (?1, ?2, ?3, ?4)",
    [SQL_DROP_RECORD] = "DELETE FROM record WHERE kind = ?1 AND id = ?2",
    [SQL_EACH_RECORD] = "SELECT kind, id, value, stored FROM record WHERE kind = ?1"
                        " AND (?2 IS NULL OR id = ?2) ORDER BY id",
    [SQL_EACH_KEY] = "SELECT s.start, s.key FROM process p JOIN summary s"
                     " ON s.process = p.id WHERE p.gateway = ?1 AND s.start >= ?2"
                     " AND s.start < ?3 ORDER BY s.start",
    [SQL_DROP_ENVELOPES] = "DELETE FROM envelope WHERE summary IN " OLDEST_SUMMARIES,
    [SQL_DROP_SUMMARIES] = "DELETE FROM summary WHERE id IN " OLDEST_SUMMARIES,
};

const struct sql_shape store_sqlite_shape = {.name = "registry",
                                             .schema = schema,
                                             .more = more_schema,
                                             .version = FORMAT_VERSION,
                                             .statements = statements,
                                             .statement_count = SQL_STATEMENTS};
