/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Segment header, group head and record, to bytes and back.  All little-endian.
 *
 *     header: 0 magic 8 | 8 crc | 12 version | 16 number | 24 size | 32 first seq
 *             40 previous number | 48 previous end | 56 previous chain 32
 *             88 wall | 96 boot | 104 zero | 256 gateway id | 512 software | 768 zero
 *     group:  0 magic 4 | 4 crc | 8 len | 12 count | 16 first seq | 24 last seq
 *             32 synced seq | 40 previous chain 32 | 72 root 32 | 104 chain 32
 *     record: 0 crc | 4 payload len | 8 type | 9 flags | 10 version | 12 seq
 *             20 wall | 28 boot | 36 payload
 *
 * A checksum covers its place (segment u64, offset u64), then the bytes behind it.
 */
#include "journal/format.h"

#include "core/crc32c.h"
#include "core/endian.h"
#include "core/merkle.h"

#include <sodium.h>
#include <stdio.h>

static const char header_magic[8] = {'E', 'M', 'J', 'R', 'N', 'L', '\r', '\n'};
static const char group_magic[4] = {'E', 'M', 'G', 'R'};

_Static_assert(FORMAT_HASH == MERKLE_HASH_LEN, "one hash");

static uint32_t checksum(struct place place, struct bytes data)
{
    uint8_t where[16];
    endian_put_u64(where, place.segment);
    endian_put_u64(where + 8, place.offset);
    uint32_t crc = crc32c(0, (struct bytes){.data = where, .len = sizeof where});
    return crc32c(crc, data);
}

static struct bytes part(const uint8_t *data, size_t from, size_t to)
{
    return (struct bytes){.data = data + from, .len = to - from};
}

bool format_all_zero(struct bytes data)
{
    for (; data.len > 0 && (data.len & 7); data.len--) {
        if (data.data[data.len - 1]) {
            return false;
        }
    }
    uint64_t all = 0;
    for (size_t i = 0; i < data.len && !all; i += 8) {
        uint64_t eight = 0;
        memcpy(&eight, data.data + i, sizeof eight);
        all |= eight;
    }
    return all == 0;
}

void format_renew_header(uint8_t block[FORMAT_BLOCK], uint64_t number)
{
    struct place place = {.segment = number};
    endian_put_u32(block + 8, checksum(place, part(block, 12, FORMAT_BLOCK)));
}

void format_put_header(const struct segment_header *header, uint8_t block[FORMAT_BLOCK])
{
    memset(block, 0, FORMAT_BLOCK);
    memcpy(block, header_magic, sizeof header_magic);
    endian_put_u32(block + 12, FORMAT_VERSION);
    endian_put_u64(block + 16, header->number);
    endian_put_u64(block + 24, header->size);
    endian_put_u64(block + 32, header->first_seq);
    endian_put_u64(block + 40, header->previous_number);
    endian_put_u64(block + 48, header->previous_end);
    memcpy(block + 56, header->previous_chain, FORMAT_HASH);
    endian_put_u64(block + 88, (uint64_t)header->wall_ns);
    endian_put_u64(block + 96, (uint64_t)header->boot_ns);
    snprintf((char *)block + 256, FORMAT_NAME_MAX, "%s", header->gateway_id);
    snprintf((char *)block + 512, FORMAT_NAME_MAX, "%s", header->software);
    format_renew_header(block, header->number);
}

enum header_state format_get_header(const uint8_t block[FORMAT_BLOCK], uint64_t number,
                                    struct segment_header *ret_header)
{
    if (format_all_zero(part(block, 0, FORMAT_BLOCK))) {
        return HEADER_ZERO;
    }
    struct place place = {.segment = number};
    bool whole = memcmp(block, header_magic, sizeof header_magic) == 0 &&
                 endian_u32(block + 8) == checksum(place, part(block, 12, FORMAT_BLOCK));
    if (!whole) {
        return HEADER_BAD;
    }
    uint32_t version = endian_u32(block + 12);
    if (version != FORMAT_VERSION) {
        return version > FORMAT_VERSION ? HEADER_NEWER : HEADER_BAD;
    }
    bool sane = endian_u64(block + 16) == number &&
                block[256 + FORMAT_NAME_MAX - 1] == 0 &&
                block[512 + FORMAT_NAME_MAX - 1] == 0;
    if (!sane) {
        return HEADER_BAD;
    }
    *ret_header = (struct segment_header){
        .number = number,
        .size = endian_u64(block + 24),
        .first_seq = endian_u64(block + 32),
        .previous_number = endian_u64(block + 40),
        .previous_end = endian_u64(block + 48),
        .wall_ns = (int64_t)endian_u64(block + 88),
        .boot_ns = (int64_t)endian_u64(block + 96),
    };
    memcpy(ret_header->previous_chain, block + 56, FORMAT_HASH);
    memcpy(ret_header->gateway_id, block + 256, FORMAT_NAME_MAX);
    memcpy(ret_header->software, block + 512, FORMAT_NAME_MAX);
    return HEADER_VALID;
}

void format_put_record(uint8_t *to, const struct record *record)
{
    ASSERT(record->payload.len <= JOURNAL_PAYLOAD_MAX);
    endian_put_u32(to, 0);
    endian_put_u32(to + 4, (uint32_t)record->payload.len);
    to[8] = (uint8_t)record->type;
    to[9] = 0;
    endian_put_u16(to + 10, 1);
    endian_put_u64(to + 12, record->seq);
    endian_put_u64(to + 20, (uint64_t)record->wall_ns);
    endian_put_u64(to + 28, (uint64_t)record->boot_ns);
    if (record->payload.len) {
        memcpy(to + FORMAT_RECORD_HEAD, record->payload.data, record->payload.len);
    }
}

static size_t record_len(const uint8_t *record)
{
    return FORMAT_RECORD_HEAD + (size_t)endian_u32(record + 4);
}

size_t format_get_record(struct bytes data, struct record *ret_record)
{
    ASSERT(data.len >= FORMAT_RECORD_HEAD && record_len(data.data) <= data.len);
    const uint8_t *from = data.data;
    size_t len = record_len(from);
    *ret_record = (struct record){
        .type = (enum record_type)from[8],
        .seq = endian_u64(from + 12),
        .wall_ns = (int64_t)endian_u64(from + 20),
        .boot_ns = (int64_t)endian_u64(from + 28),
        .payload = part(from, FORMAT_RECORD_HEAD, len),
        .body = part(from, 8, len),
    };
    return len;
}

void format_record_leaf(struct bytes data, uint8_t ret_hash[FORMAT_HASH])
{
    merkle_leaf(part(data.data, 8, record_len(data.data)), ret_hash);
}

/* chain = SHA-256(0x02 | chain before | root) */
static void chain_hash(const uint8_t *before, const uint8_t *root, uint8_t *ret_hash)
{
    uint8_t both[1 + 2 * FORMAT_HASH] = {0x02};
    memcpy(both + 1, before, FORMAT_HASH);
    memcpy(both + 1 + FORMAT_HASH, root, FORMAT_HASH);
    crypto_hash_sha256(ret_hash, both, sizeof both);
}

static void records_root(struct bytes data, uint8_t ret_hash[FORMAT_HASH])
{
    struct merkle tree;
    merkle_init(&tree);
    for (size_t at = FORMAT_GROUP_HEAD; at < data.len;) {
        struct bytes rest = part(data.data, at, data.len);
        uint8_t leaf[FORMAT_HASH];
        format_record_leaf(rest, leaf);
        merkle_add(&tree, leaf);
        at += record_len(rest.data);
    }
    merkle_root(&tree, ret_hash);
}

void format_move_group(uint8_t *data, struct place place)
{
    uint32_t len = endian_u32(data + 8);
    for (size_t at = FORMAT_GROUP_HEAD; at < len;) {
        uint8_t *record = data + at;
        struct place here = {.segment = place.segment, .offset = place.offset + at};
        size_t whole = record_len(record);
        endian_put_u32(record, checksum(here, part(record, 4, whole)));
        at += whole;
    }
    endian_put_u32(data + 4, checksum(place, part(data, 8, FORMAT_GROUP_HEAD)));
}

void format_put_counts(uint8_t *data, const struct group *group)
{
    endian_put_u32(data + 8, group->len);
    endian_put_u32(data + 12, group->count);
    endian_put_u64(data + 16, group->first_seq);
    endian_put_u64(data + 24, group->last_seq);
    endian_put_u64(data + 32, group->synced_seq);
}

struct group format_get_counts(const uint8_t *data)
{
    return (struct group){
        .len = endian_u32(data + 8),
        .count = endian_u32(data + 12),
        .first_seq = endian_u64(data + 16),
        .last_seq = endian_u64(data + 24),
        .synced_seq = endian_u64(data + 32),
    };
}

void format_seal_group(uint8_t *data, struct place place, struct group *group)
{
    ASSERT(group->count > 0 && group->len > FORMAT_GROUP_HEAD);
    ASSERT(group->last_seq - group->first_seq + 1 == group->count);
    records_root((struct bytes){.data = data, .len = group->len}, group->root);
    chain_hash(group->previous_chain, group->root, group->chain);
    memcpy(data, group_magic, sizeof group_magic);
    format_put_counts(data, group);
    memcpy(data + 40, group->previous_chain, FORMAT_HASH);
    memcpy(data + 72, group->root, FORMAT_HASH);
    memcpy(data + 104, group->chain, FORMAT_HASH);
    format_move_group(data, place);
}

bool format_get_head(struct bytes data, struct place place, struct group *ret_group)
{
    const uint8_t *from = data.data;
    bool whole =
        data.len >= FORMAT_GROUP_HEAD &&
        memcmp(from, group_magic, sizeof group_magic) == 0 &&
        endian_u32(from + 4) == checksum(place, part(from, 8, FORMAT_GROUP_HEAD));
    if (!whole) {
        return false;
    }
    struct group group = format_get_counts(from);
    memcpy(group.previous_chain, from + 40, FORMAT_HASH);
    memcpy(group.root, from + 72, FORMAT_HASH);
    memcpy(group.chain, from + 104, FORMAT_HASH);
    bool sane =
        group.len <= FORMAT_GROUP_MAX && group.count > 0 && group.first_seq > 0 &&
        group.first_seq <= UINT64_MAX - group.count &&
        group.last_seq == group.first_seq + group.count - 1 &&
        group.len >= FORMAT_GROUP_HEAD + (uint64_t)group.count * FORMAT_RECORD_HEAD;
    if (sane) {
        *ret_group = group;
    }
    return sane;
}

/* Whether a record with seq `seq` stands whole at the start of `rest`. */
static bool record_stands(struct bytes rest, struct place place, uint64_t seq)
{
    return rest.len >= FORMAT_RECORD_HEAD &&
           endian_u32(rest.data + 4) <= rest.len - FORMAT_RECORD_HEAD &&
           endian_u64(rest.data + 12) == seq && rest.data[8] != 0 &&
           endian_u32(rest.data) ==
               checksum(place, part(rest.data, 4, record_len(rest.data)));
}

bool format_get_group(struct bytes data, struct place place, struct group *ret_group)
{
    struct group group;
    if (!format_get_head(data, place, &group) || data.len < format_padded(group.len)) {
        return false;
    }
    size_t at = FORMAT_GROUP_HEAD;
    for (uint64_t i = 0; i < group.count; i++) {
        struct bytes rest = part(data.data, at, group.len);
        struct place here = {.segment = place.segment, .offset = place.offset + at};
        if (!record_stands(rest, here, group.first_seq + i)) {
            return false;
        }
        at += record_len(rest.data);
    }
    size_t padding = (size_t)format_padded(group.len) - group.len;
    if (at != group.len ||
        !format_all_zero(part(data.data, group.len, group.len + padding))) {
        return false;
    }
    *ret_group = group;
    return true;
}

bool format_check_hashes(struct bytes data, const struct group *group)
{
    uint8_t root[FORMAT_HASH];
    uint8_t chain[FORMAT_HASH];
    records_root(bytes_slice(data, 0, group->len), root);
    chain_hash(group->previous_chain, root, chain);
    return memcmp(root, group->root, sizeof root) == 0 &&
           memcmp(chain, group->chain, sizeof chain) == 0;
}
