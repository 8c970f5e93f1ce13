/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The PostgreSQL store in SQL.  The tables are those of the SQLite store
 * (registry/store_sqlite_text.c), but summaries carry their bytes and lie in partitions,
 * one a month of their windows; what lies beyond the years 2000 to 2099 is in the
 * default one.  Every writer of a process holds its row, so that rules which span
 * partitions need no unique index.
 */
#include "registry/postgres/store.h"

#define ADD(w, p, k)                                                                     \
    "a[" #w "] + b[" #w "] + ((a[" #p "] + b[" #p "]) >> 60), (a[" #p "] + b[" #p        \
    "]) & 1152921504606846975, a[" #k "] + b[" #k "]"

const char *const pg_schema[] = {
    "CREATE TABLE IF NOT EXISTS registry_format (version int8 NOT NULL)",
    "CREATE TABLE IF NOT EXISTS installation (id bigserial PRIMARY KEY,"
    " name text COLLATE \"C\" NOT NULL UNIQUE, operator text COLLATE \"C\" NOT NULL,"
    " country text COLLATE \"C\" NOT NULL, sector text COLLATE \"C\" NOT NULL)",
    "CREATE TABLE IF NOT EXISTS area (id bigserial PRIMARY KEY,"
    " country text COLLATE \"C\" NOT NULL, sector text COLLATE \"C\" NOT NULL,"
    " category text COLLATE \"C\" NOT NULL, unit text COLLATE \"C\" NOT NULL,"
    " UNIQUE (country, sector, category, unit))",
    "CREATE TABLE IF NOT EXISTS process (id bigserial PRIMARY KEY,"
    " installation int8 NOT NULL REFERENCES installation, name text COLLATE \"C\" NOT"
    " NULL, gateway text COLLATE \"C\" NOT NULL, category text COLLATE \"C\" NOT NULL,"
    " route text NOT NULL, cn text NOT NULL, unit text NOT NULL, time_zone text NOT NULL,"
    " area int8, first_start int8, last_start int8, last_end int8,"
    " windows int8 NOT NULL DEFAULT 0, summaries int8 NOT NULL DEFAULT 0,"
    " UNIQUE (installation, name)) WITH (fillfactor = 70)",
    "CREATE TABLE IF NOT EXISTS summary (process int8 NOT NULL, start_ns int8 NOT NULL,"
    " revision int8 NOT NULL, end_ns int8 NOT NULL, stored int8 NOT NULL,"
    " latest bool NOT NULL, complete bool NOT NULL, key bytea NOT NULL, supersedes bytea,"
    " direct float8, indirect float8, activity float8, electricity float8, fuel float8,"
    " coverage float8, bytes bytea NOT NULL, PRIMARY KEY (process, start_ns, revision))"
    " PARTITION BY RANGE (start_ns)",
    "CREATE INDEX IF NOT EXISTS summary_key ON summary (key)",
    "CREATE TABLE IF NOT EXISTS summary_other PARTITION OF summary DEFAULT",
    "CREATE TABLE IF NOT EXISTS total (owner int8 NOT NULL, period int8 NOT NULL,"
    " label text COLLATE \"C\" NOT NULL, windows int8 NOT NULL, complete int8 NOT NULL,"
    " sums int8[] NOT NULL, PRIMARY KEY (owner, period, label)) WITH (fillfactor = 60)",
    "CREATE INDEX IF NOT EXISTS total_label ON total (period, label)",
    "CREATE TABLE IF NOT EXISTS area_total (owner int8 NOT NULL, period int8 NOT NULL,"
    " label text COLLATE \"C\" NOT NULL, windows int8 NOT NULL, complete int8 NOT NULL,"
    " sums int8[] NOT NULL, PRIMARY KEY (period, label, owner)) WITH (fillfactor = 60)",
    "CREATE TABLE IF NOT EXISTS chain (process int8 NOT NULL, gateway text NOT NULL,"
    " epoch int8 NOT NULL, began int8 NOT NULL, first_names bytea, first_tree int8 NOT"
    " NULL, head bytea NOT NULL, head_tree int8 NOT NULL, head_root bytea NOT NULL,"
    " PRIMARY KEY (process, gateway)) WITH (fillfactor = 60)",
    "CREATE TABLE IF NOT EXISTS link (process int8 NOT NULL, gateway text NOT NULL,"
    " key bytea NOT NULL, previous bytea NOT NULL, tree_size int8 NOT NULL, tree_root"
    " bytea NOT NULL, PRIMARY KEY (process, gateway, key),"
    " UNIQUE (process, gateway, previous))",
    "CREATE TABLE IF NOT EXISTS refusal (id bigserial PRIMARY KEY, gateway text COLLATE"
    " \"C\" NOT NULL, key bytea NOT NULL, conflict bool NOT NULL, reason bytea NOT NULL,"
    " first int8 NOT NULL, last int8 NOT NULL, times int8 NOT NULL, bytes bytea NOT NULL,"
    " UNIQUE (gateway, key))",
    "CREATE INDEX IF NOT EXISTS refusal_gateway ON refusal (gateway, id)",
    "CREATE INDEX IF NOT EXISTS refusal_key ON refusal (key)",
    "CREATE TABLE IF NOT EXISTS checkpoint (id bigserial PRIMARY KEY, gateway text "
    "COLLATE"
    " \"C\" NOT NULL, epoch int8 NOT NULL, size int8 NOT NULL, root bytea NOT NULL,"
    " note bytea NOT NULL, stored int8 NOT NULL, proved bool NOT NULL)",
    "CREATE INDEX IF NOT EXISTS checkpoint_gateway ON checkpoint (gateway, id)",
    "CREATE TABLE IF NOT EXISTS key_change (id bigserial PRIMARY KEY, gateway text NOT"
    " NULL, bytes bytea NOT NULL, stored int8 NOT NULL, UNIQUE (gateway, bytes))",
    "CREATE TABLE IF NOT EXISTS record (kind text COLLATE \"C\" NOT NULL, id text"
    " COLLATE \"C\" NOT NULL, value bytea NOT NULL, stored int8 NOT NULL,"
    " PRIMARY KEY (kind, id))",
    "CREATE INDEX IF NOT EXISTS process_gateway ON process (gateway)",
    /* Adds the sums of two totals: whole, part of 2^60, known for each amount. */
    "CREATE OR REPLACE FUNCTION registry_add(a int8[], b int8[]) RETURNS int8[] LANGUAGE"
    " sql IMMUTABLE PARALLEL SAFE AS $$ SELECT ARRAY[" ADD(1, 2, 3) "," ADD(
        4, 5, 6) "," ADD(7, 8, 9) "," ADD(10, 11, 12) "," ADD(13, 14,
                                                              15) "," ADD(16, 17,
                                                                          18) "] $$",
    NULL,
};

#define SUMMARY_COLUMNS                                                                  \
    "s.process, s.key, s.supersedes, s.start_ns, s.end_ns, s.revision, s.latest,"        \
    " s.complete, s.stored, s.direct, s.indirect, s.activity, s.electricity, s.fuel,"    \
    " s.coverage"

#define TOTAL_COLUMNS                                                                    \
    "t.label, t.windows, t.complete, t.sums[1], t.sums[2], t.sums[3],"                   \
    " t.sums[4], t.sums[5], t.sums[6], t.sums[7], t.sums[8], t.sums[9], t.sums[10],"     \
    " t.sums[11], t.sums[12], t.sums[13], t.sums[14], t.sums[15], t.sums[16],"           \
    " t.sums[17], t.sums[18]"

#define ADD_TOTALS(table, conflict)                                                      \
    "INSERT INTO " table " AS t (owner, period, label, windows, complete, sums)"         \
    " SELECT w.owner, w.period, w.label, w.windows, w.complete, ARRAY[w.a1, w.a2, w.a3," \
    " w.a4, w.a5, w.a6, w.a7, w.a8, w.a9, w.a10, w.a11, w.a12, w.a13, w.a14, w.a15,"     \
    " w.a16, w.a17, w.a18] FROM unnest($1::int8[], $2::int8[], $3::text[], $4::int8[],"  \
    " $5::int8[], $6::int8[], $7::int8[], $8::int8[], $9::int8[], $10::int8[],"          \
    " $11::int8[], $12::int8[], $13::int8[], $14::int8[], $15::int8[], $16::int8[],"     \
    " $17::int8[], $18::int8[], $19::int8[], $20::int8[], $21::int8[], $22::int8[],"     \
    " $23::int8[]) AS w(owner, period, label, windows, complete, a1, a2, a3, a4, a5, "   \
    "a6,"                                                                                \
    " a7, a8, a9, a10, a11, a12, a13, a14, a15, a16, a17, a18)"                          \
    " ORDER BY w.owner, w.period, w.label COLLATE \"C\" ON CONFLICT (" conflict ")"      \
    " DO UPDATE SET windows = t.windows + excluded.windows, complete = t.complete +"     \
    " excluded.complete, sums = registry_add(t.sums, excluded.sums)"

#define ROLLUP_LABELS                                                                    \
    " AND t.label >= coalesce($3::text, '') AND t.label <= coalesce($4::text, '~')"

const char *const pg_statements[PG_STATEMENTS] = {
    [PG_LOCK_PROCESSES] =
        "SELECT p.id, i.name, p.name, p.time_zone, coalesce(p.area, 0), i.operator,"
        " i.country, i.sector, p.gateway, p.category, p.route, p.cn, p.unit,"
        " coalesce(p.last_end, 0), i.id FROM unnest($1::text[], $2::text[])"
        " AS w(installation, process) JOIN installation i ON i.name = w.installation"
        " JOIN process p ON p.installation = i.id AND p.name = w.process"
        " ORDER BY p.id FOR UPDATE OF p",
    [PG_ADD_INSTALLATIONS] =
        "INSERT INTO installation (name, operator, country, sector)"
        " SELECT DISTINCT ON (w.n COLLATE \"C\") w.n, w.o, w.c, w.s"
        " FROM unnest($1::text[], $2::text[], $3::text[], $4::text[]) AS w(n, o, c, s)"
        " ORDER BY w.n COLLATE \"C\" ON CONFLICT (name) DO NOTHING",
    [PG_ADD_PROCESSES] =
        "INSERT INTO process (installation, name, gateway, category, route, cn, unit,"
        " time_zone) SELECT i.id, w.p, '', '', '', '', '', w.z FROM (SELECT DISTINCT ON"
        " (n, p) n, p, z FROM unnest($1::text[], $2::text[], $3::text[]) AS u(n, p, z))"
        " AS w JOIN installation i ON i.name = w.n ORDER BY i.id, w.p COLLATE \"C\""
        " ON CONFLICT (installation, name) DO NOTHING",
    [PG_NAME_INSTALLATION] = "UPDATE installation SET operator = $2, country = $3,"
                             " sector = $4 WHERE id = $1::int8",
    [PG_NAME_PROCESS] = "UPDATE process SET gateway = $2, category = $3, route = $4,"
                        " cn = $5, unit = $6 WHERE id = $1::int8",
    [PG_SURROUNDINGS] =
        "SELECT " SUMMARY_COLUMNS " FROM (SELECT DISTINCT * FROM unnest($1::int8[],"
        " $2::int8[], $3::int8[]) AS u(process, start_ns, end_ns)) AS w"
        " CROSS JOIN LATERAL ((SELECT * FROM summary a WHERE a.process = w.process"
        " AND a.start_ns = w.start_ns) UNION ALL (SELECT * FROM summary b"
        " WHERE b.process = w.process AND b.start_ns < w.start_ns"
        " AND b.start_ns > w.start_ns - 90000000000000 ORDER BY b.start_ns DESC LIMIT 1)"
        " UNION ALL (SELECT * FROM summary c WHERE c.process = w.process"
        " AND c.start_ns > w.start_ns AND c.start_ns < w.end_ns ORDER BY c.start_ns"
        " LIMIT 1)) AS s",
    [PG_FIND_KEY] = "SELECT stored FROM summary WHERE key = $1::bytea LIMIT 1",
    [PG_PUT_SUMMARIES] =
        "INSERT INTO summary (process, start_ns, revision, end_ns, stored, latest,"
        " complete, key, supersedes, direct, indirect, activity, electricity, fuel,"
        " coverage, bytes) SELECT * FROM unnest($1::int8[], $2::int8[], $3::int8[],"
        " $4::int8[], $5::int8[], $6::bool[], $7::bool[], $8::bytea[], $9::bytea[],"
        " $10::float8[], $11::float8[], $12::float8[], $13::float8[], $14::float8[],"
        " $15::float8[], $16::bytea[])",
    [PG_CLEAR_LATEST] =
        "UPDATE summary s SET latest = false FROM unnest($1::int8[], $2::int8[],"
        " $3::int8[]) AS w(process, start_ns, revision) WHERE s.process = w.process"
        " AND s.start_ns = w.start_ns AND s.revision = w.revision",
    [PG_COUNT_WINDOWS] =
        "UPDATE process p SET windows = p.windows + w.n, summaries = p.summaries + w.s,"
        " first_start = least(p.first_start, w.first), last_start ="
        " greatest(p.last_start, w.last), last_end = greatest(p.last_end, w.ends)"
        " FROM unnest($1::int8[], $2::int8[], $3::int8[], $4::int8[], $5::int8[],"
        " $6::int8[]) AS w(id, n, s, first, last, ends) WHERE p.id = w.id",
    [PG_ADD_TOTALS] = ADD_TOTALS("total", "owner, period, label"),
    [PG_ADD_AREA_TOTALS] = ADD_TOTALS("area_total", "period, label, owner"),
    [PG_TAKE_AREA] = "INSERT INTO area (country, sector, category, unit) VALUES ($1, $2,"
                     " $3, $4) ON CONFLICT (country, sector, category, unit) DO UPDATE"
                     " SET unit = excluded.unit RETURNING id",
    [PG_SET_AREA] = "UPDATE process SET area = $2::int8 WHERE id = $1::int8",
    [PG_CHAINS] =
        "SELECT c.process, c.gateway, c.epoch, c.began, c.first_names, c.first_tree,"
        " c.head, c.head_tree, c.head_root, (SELECT count(*) FROM link l WHERE"
        " l.process = c.process AND l.gateway = c.gateway) FROM chain c"
        " WHERE c.process = ANY($1::int8[])",
    [PG_PUT_CHAINS] =
        "INSERT INTO chain SELECT * FROM unnest($1::int8[], $2::text[], $3::int8[],"
        " $4::int8[], $5::bytea[], $6::int8[], $7::bytea[], $8::int8[], $9::bytea[])"
        " ON CONFLICT (process, gateway) DO UPDATE SET epoch = excluded.epoch,"
        " began = excluded.began, first_names = excluded.first_names,"
        " first_tree = excluded.first_tree, head = excluded.head,"
        " head_tree = excluded.head_tree, head_root = excluded.head_root",
    [PG_LINK_BY_KEY] = "SELECT key, previous, tree_size, tree_root FROM link WHERE"
                       " process = $1::int8 AND gateway = $2 AND key = $3::bytea",
    [PG_LINK_BY_PREVIOUS] =
        "SELECT key, previous, tree_size, tree_root FROM link WHERE process = $1::int8"
        " AND gateway = $2 AND previous = $3::bytea",
    [PG_PUT_LINK] = "INSERT INTO link VALUES ($1::int8, $2, $3::bytea, $4::bytea,"
                    " $5::int8, $6::bytea)",
    [PG_DROP_LINKS] = "DELETE FROM link WHERE process = $1::int8 AND gateway = $2"
                      " AND ($3::bytea IS NULL OR key = $3::bytea)",
    [PG_OTHER_ROOT] = "SELECT 1::int8 FROM chain WHERE gateway = $1 AND epoch = $2::int8"
                      " AND head_tree = $3::int8 AND head_root <> $4::bytea LIMIT 1",
    [PG_PUT_REFUSAL] =
        "INSERT INTO refusal AS r (gateway, key, conflict, reason, first, last, times,"
        " bytes) VALUES ($1, $2::bytea, $3::int8 <> 0, $4::bytea, $5::int8, $5::int8, 1,"
        " $6::bytea) ON CONFLICT (gateway, key) DO UPDATE SET conflict ="
        " excluded.conflict, reason = excluded.reason, last = excluded.last,"
        " times = r.times + 1",
    [PG_TRIM_REFUSALS] =
        "DELETE FROM refusal WHERE gateway = $1 AND id <= (SELECT id FROM refusal"
        " WHERE gateway = $1 ORDER BY id DESC LIMIT 1 OFFSET $2::int8)",
    [PG_EACH_REFUSAL] =
        "SELECT id, gateway, key, conflict, convert_from(reason, 'LATIN1'), first, last,"
        " times FROM refusal WHERE id > $2::int8 AND ($1::text IS NULL OR gateway = $1)"
        " ORDER BY id LIMIT $3::int8",
    [PG_GET_REFUSAL] = "SELECT bytes FROM refusal WHERE key = $1::bytea LIMIT 1",
    [PG_PUT_CHECKPOINT] =
        "INSERT INTO checkpoint (gateway, epoch, size, root, note, stored, proved)"
        " VALUES ($1, $2::int8, $3::int8, $4::bytea, $5::bytea, $6::int8,"
        " $7::int8 <> 0)",
    [PG_TRIM_CHECKPOINTS] =
        "DELETE FROM checkpoint WHERE gateway = $1 AND id <= (SELECT id FROM checkpoint"
        " WHERE gateway = $1 ORDER BY id DESC LIMIT 1 OFFSET $2::int8)",
    [PG_EACH_CHECKPOINT] =
        "SELECT id, gateway, epoch, size, root, note, stored, proved FROM checkpoint"
        " WHERE ($2::int8 = 0 OR id < $2::int8) AND ($1::text IS NULL OR gateway = $1)"
        " ORDER BY id DESC LIMIT $3::int8",
    [PG_PUT_CHANGE] = "INSERT INTO key_change (gateway, bytes, stored)"
                      " VALUES ($1, $2::bytea, $3::int8) ON CONFLICT DO NOTHING",
    [PG_EACH_CHANGE] = "SELECT gateway, bytes, stored FROM key_change ORDER BY id",
    [PG_PUT_RECORD] = "INSERT INTO record VALUES ($1, $2, $3::bytea, $4::int8)"
                      " ON CONFLICT (kind, id) DO UPDATE SET value = excluded.value,"
                      " stored = excluded.stored",
    [PG_DROP_RECORD] = "DELETE FROM record WHERE kind = $1 AND id = $2",
    [PG_EACH_RECORD] = "SELECT kind, id, value, stored FROM record WHERE kind = $1"
                       " AND ($2::text IS NULL OR id = $2) ORDER BY id",
    [PG_EACH_KEY] = "SELECT s.start_ns, s.key FROM process p JOIN summary s"
                    " ON s.process = p.id WHERE p.gateway = $1 AND s.start_ns >= $2::int8"
                    " AND s.start_ns < $3::int8 ORDER BY s.start_ns",
    [PG_DROP_SUMMARIES] =
        "DELETE FROM summary s USING (SELECT o.process, o.start_ns, o.revision"
        " FROM installation i JOIN process p ON p.installation = i.id JOIN summary o"
        " ON o.process = p.id WHERE i.name = $1 AND o.start_ns < $2::int8"
        " ORDER BY o.process, o.start_ns, o.revision LIMIT $3::int8) AS w"
        " WHERE s.process = w.process AND s.start_ns = w.start_ns"
        " AND s.revision = w.revision AND s.start_ns < $2::int8 RETURNING s.process",
    [PG_EACH_INSTALLATION] =
        "SELECT i.id, i.name, i.operator, i.country, i.sector, count(p.id),"
        " sum(p.windows)::int8, max(p.last_end) FROM installation i JOIN process p"
        " ON p.installation = i.id WHERE p.windows > 0 AND i.id > $1::int8"
        " AND ($3::text IS NULL OR i.operator = $3)"
        " GROUP BY i.id ORDER BY i.id LIMIT $2::int8",
    [PG_EACH_PROCESS] =
        "SELECT p.id, i.name, p.name, p.gateway, i.operator, i.country, i.sector,"
        " p.time_zone, p.category, p.route, p.cn, p.unit, p.first_start, p.last_start,"
        " p.last_end, p.windows, c.began IS NOT NULL, c.first_names IS NULL,"
        " (SELECT count(*) FROM link l WHERE l.process = p.id AND l.gateway = p.gateway)"
        " FROM process p JOIN installation i ON i.id = p.installation"
        " LEFT JOIN chain c ON c.process = p.id AND c.gateway = p.gateway"
        " WHERE p.windows > 0 AND p.id > $3::int8"
        " AND ($1::text IS NULL OR i.name = $1) AND ($2::text IS NULL OR p.name = $2)"
        " AND ($5::text IS NULL OR i.operator = $5)"
        " ORDER BY p.id LIMIT $4::int8",
    [PG_EACH_SUMMARY] =
        "SELECT " SUMMARY_COLUMNS ", i.name, p.name, p.unit FROM summary s"
        " JOIN process p ON p.id = s.process JOIN installation i"
        " ON i.id = p.installation WHERE s.process = $1::int8 AND s.start_ns >= $2::int8"
        " AND s.start_ns < $3::int8 AND ($4::int8 <> 0 OR s.latest)"
        " AND (s.start_ns, s.revision) > ($5::int8, $6::int8)"
        " ORDER BY s.start_ns, s.revision LIMIT $7::int8",
    [PG_EACH_TOTAL] =
        "SELECT " TOTAL_COLUMNS ", i.name, p.name, p.unit FROM total t"
        " JOIN process p ON p.id = t.owner JOIN installation i"
        " ON i.id = p.installation WHERE t.owner = $1::int8 AND t.period = $2::int8"
        " AND t.label >= coalesce($3::text, '') AND t.label <= coalesce($4::text, '~')"
        " ORDER BY t.label DESC LIMIT $5::int8",
    [PG_ROLLUP_AREA] =
        "SELECT " TOTAL_COLUMNS ", CASE $1::int8 WHEN 0 THEN a.country WHEN 1 THEN"
        " a.sector ELSE a.category END AS name, a.unit FROM area_total t JOIN area a"
        " ON a.id = t.owner WHERE t.period = $2::int8" ROLLUP_LABELS
        " AND ($5::text IS NULL OR a.country = $5) AND ($6::text IS NULL OR"
        " a.sector = $6) AND ($7::text IS NULL OR a.category = $7) ORDER BY name, "
        "t.label",
    [PG_ROLLUP_PROCESS] =
        "SELECT " TOTAL_COLUMNS ", CASE $1::int8 WHEN 0 THEN i.country WHEN 1 THEN"
        " i.sector WHEN 2 THEN p.category WHEN 3 THEN i.operator ELSE i.name END AS name,"
        " p.unit FROM total t JOIN process p ON p.id = t.owner JOIN installation i"
        " ON i.id = p.installation WHERE t.period = $2::int8" ROLLUP_LABELS
        " AND ($5::text IS NULL OR i.country = $5) AND ($6::text IS NULL OR"
        " i.sector = $6) AND ($7::text IS NULL OR p.category = $7) AND ($8::text IS NULL"
        " OR i.operator = $8) AND ($9::text IS NULL OR i.name = $9)"
        " ORDER BY name, t.label",
    [PG_GET_ENVELOPE] = "SELECT bytes FROM summary WHERE key = $1::bytea LIMIT 1",
    [PG_COUNT] = "SELECT (SELECT count(*) FROM installation), (SELECT count(*) FROM"
                 " process), (SELECT coalesce(sum(summaries), 0)::int8 FROM process)",
};
