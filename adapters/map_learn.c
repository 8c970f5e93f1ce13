/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Tables of learned names: key -> fields.  A message is read whole before anything of
 * it is stored, so that a refused one leaves no trace.  A later saying about a key
 * replaces the fields it gives and leaves the others (devices that announce each
 * attribute on a topic of its own).
 *
 * Saved form, all numbers varints: version 1, tables; per table its name, its fields'
 * names, its entries; per entry its key and for each field 0, or 1 and the text.
 */
#include "map_private.h"

#include "core/mem.h"

#define SAVED_VERSION 1

/* ---- entries ---- */

static void set_field(struct map_entry *entry, size_t i, struct bytes text)
{
    entry->bytes -= entry->fields[i] ? strlen(entry->fields[i]) : 0;
    mem_free(&entry->fields[i]);
    entry->fields[i] = mem_text(text);
    entry->bytes += text.len;
}

static void free_entry(struct map_entry *entry)
{
    for (size_t i = 0; i < entry->count; i++) {
        mem_free(&entry->fields[i]);
    }
    mem_free(&entry);
}

/* The entry of the key, made when it is new; NULL when there is no room. */
static struct map_entry *make_entry(struct map_state *state, size_t table,
                                    struct bytes key)
{
    struct map_tables *learned = &state->learned;
    struct map_entry *entry = table_find(&learned->tables[table], key);
    size_t count = state->map.tables[table].field_count;
    if (entry) {
        return entry;
    }
    if (learned->entries == MAP_ENTRIES_MAX || learned->bytes >= MAP_LEARNED_BYTES_MAX) {
        return NULL;
    }
    entry = mem_array(1, sizeof *entry + count * sizeof entry->fields[0]);
    entry->count = count;
    entry->bytes = key.len;
    table_put(&learned->tables[table], key, entry);
    learned->entries++;
    learned->bytes += key.len;
    return entry;
}

/* Sets what is given of `fields`; false when there is no room for the entry. */
static bool store(struct map_state *state, size_t table, struct bytes key,
                  const struct bytes *fields)
{
    struct map_entry *entry = make_entry(state, table, key);
    if (!entry) {
        return false;
    }
    size_t before = entry->bytes;
    for (size_t i = 0; i < entry->count; i++) {
        if (fields[i].data) {
            set_field(entry, i, fields[i]);
        }
    }
    state->learned.bytes += entry->bytes - before;
    return true;
}

bool map_look_up(struct map_run *run, const struct map_lookup *lookup,
                 struct map_text *ret_key)
{
    run->meta = NULL;
    if (!lookup) {
        return true;
    }
    run->meta_table = lookup->table;
    if (map_template_text(run, lookup->key, ret_key)) {
        run->meta = table_find(&run->state->learned.tables[lookup->table], ret_key->text);
    }
    return run->meta || !lookup->required;
}

const char *map_meta_field(const struct map_run *run, struct bytes name)
{
    if (!run->meta) {
        return NULL;
    }
    const struct map_table_plan *plan = &run->state->map.tables[run->meta_table];
    for (size_t i = 0; i < run->meta->count; i++) {
        if (bytes_equal(plan->fields[i], name)) {
            return run->meta->fields[i];
        }
    }
    return NULL;
}

void map_tables_deinit(struct map_tables *tables)
{
    for (size_t t = 0; t < MAP_TABLES_MAX; t++) {
        for (size_t i = 0; i < tables->tables[t].count; i++) {
            free_entry(tables->tables[t].entries[i].value);
        }
        table_deinit(&tables->tables[t]);
    }
    *tables = (struct map_tables){0};
}

/* ---- learning from a message ---- */

struct lesson {
    struct bytes key;
    struct bytes *fields;
    struct lesson *next;
};

struct lessons {
    const struct map_learn *learn;
    struct lesson *first;
    struct lesson **end;
};

/* Notes what the selected item teaches; nothing when its key has no text. */
static void note_lesson(struct map_run *run, void *ctx)
{
    struct lessons *lessons = ctx;
    const struct map_learn *learn = lessons->learn;
    size_t count = run->state->map.tables[learn->table].field_count;
    struct map_text text = {0};
    if (!map_template_text(run, learn->key, &text)) {
        return;
    }
    if (text.unfit || text.text.len > MAP_FIELD_TEXT_MAX) {
        decoding_part_bad(run->out, "bad_name", "a key to learn is not usable as a name");
        return;
    }
    struct lesson *lesson = arena_new(run->arena, struct lesson);
    struct bytes *fields = arena_take(run->arena, count + 1, sizeof *fields);
    if (!lesson || !fields) {
        return;
    }
    *lesson = (struct lesson){.key = text.text, .fields = fields};
    for (size_t i = 0; i < count; i++) {
        bool given = learn->fields[i] && map_template_text(run, learn->fields[i], &text);
        if (given && !text.unfit && text.text.len <= MAP_FIELD_TEXT_MAX) {
            fields[i] = text.text.len ? text.text : BYTES("");
        }
    }
    *lessons->end = lesson;
    lessons->end = &lesson->next;
}

void map_learn(struct map_run *run, const struct map_learn *learn)
{
    struct lessons lessons = {.learn = learn};
    lessons.end = &lessons.first;
    map_select(run, &learn->each, note_lesson, &lessons);
    if (run->err || run->arena->overflow) {
        return;
    }
    for (const struct lesson *lesson = lessons.first; lesson; lesson = lesson->next) {
        if (!store(run->state, learn->table, lesson->key, lesson->fields)) {
            decoding_part_bad(run->out, "table_full",
                              "more than %d entries or %d bytes to learn",
                              MAP_ENTRIES_MAX, MAP_LEARNED_BYTES_MAX);
            return;
        }
    }
}

/* ---- saving ---- */

static void save_table(const struct map_table_plan *plan, const struct table *table,
                       struct buf *out)
{
    buf_add_string(out, plan->name);
    buf_add_varint(out, plan->field_count);
    for (size_t i = 0; i < plan->field_count; i++) {
        buf_add_string(out, plan->fields[i]);
    }
    buf_add_varint(out, table->count);
    for (size_t i = 0; i < table->count; i++) {
        const struct map_entry *entry = table->entries[i].value;
        buf_add_string(out, table->entries[i].key);
        for (size_t f = 0; f < plan->field_count; f++) {
            const char *field = entry->fields[f];
            buf_add_byte(out, field ? 1 : 0);
            if (field) {
                buf_add_string(out, bytes_of(field));
            }
        }
    }
}

void map_tables_save(const struct map_state *state, struct buf *out)
{
    buf_add_varint(out, SAVED_VERSION);
    buf_add_varint(out, state->map.table_count);
    for (size_t i = 0; i < state->map.table_count; i++) {
        save_table(&state->map.tables[i], &state->learned.tables[i], out);
    }
}

/* The table of this name in today's mapping, or MAP_TABLES_MAX. */
static size_t find_table(const struct map *map, struct bytes name)
{
    for (size_t i = 0; i < map->table_count; i++) {
        if (bytes_equal(map->tables[i].name, name)) {
            return i;
        }
    }
    return MAP_TABLES_MAX;
}

static size_t find_field(const struct map_table_plan *plan, struct bytes name)
{
    for (size_t i = 0; i < plan->field_count; i++) {
        if (bytes_equal(plan->fields[i], name)) {
            return i;
        }
    }
    return MAP_FIELDS_MAX;
}

static bool load_entry(struct map_state *state, size_t table, const size_t *places,
                       size_t saved_fields, struct cursor *c)
{
    struct bytes fields[MAP_FIELDS_MAX + 1] = {0};
    struct bytes key = cursor_string(c);
    for (size_t i = 0; i < saved_fields && !c->failed; i++) {
        if (cursor_byte(c)) {
            struct bytes text = cursor_string(c);
            fields[places[i]] = text.len ? text : BYTES("");
        }
    }
    if (c->failed || table == MAP_TABLES_MAX) {
        return !c->failed; /* the mapping no longer has this table */
    }
    return store(state, table, key, fields);
}

static bool load_table(struct map_state *state, struct cursor *c)
{
    size_t places[MAP_FIELDS_MAX] = {0};
    size_t table = find_table(&state->map, cursor_string(c));
    uint64_t saved_fields = cursor_varint(c);
    if (saved_fields > MAP_FIELDS_MAX) {
        return false;
    }
    for (size_t i = 0; i < saved_fields; i++) {
        struct bytes name = cursor_string(c);
        places[i] = table < MAP_TABLES_MAX ? find_field(&state->map.tables[table], name)
                                           : MAP_FIELDS_MAX;
    }
    uint64_t entries = cursor_varint(c);
    for (uint64_t i = 0; i < entries; i++) {
        if (!load_entry(state, table, places, (size_t)saved_fields, c)) {
            return false;
        }
    }
    return !c->failed;
}

enum err map_tables_load(struct map_state *state, struct bytes saved, struct error *e)
{
    struct cursor c = cursor_of(saved);
    bool read = cursor_varint(&c) == SAVED_VERSION;
    uint64_t tables = cursor_varint(&c);
    for (uint64_t i = 0; read && i < tables; i++) {
        read = load_table(state, &c);
    }
    if (!read || c.failed || c.rest.len) {
        map_tables_deinit(&state->learned);
        return error_set(e, ERR_CORRUPT, "what the mapping learned can't be read back");
    }
    return ERR_OK;
}
