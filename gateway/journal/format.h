/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The journal's bytes, drawn in docs/formats/journal.md: segment header, group head
 * and record, to bytes and back.  No I/O here.  Private to gateway/journal.
 */
#ifndef JOURNAL_FORMAT_H
#define JOURNAL_FORMAT_H

#include "journal/journal.h"

#define FORMAT_VERSION 1
#define FORMAT_BLOCK 4096u
#define FORMAT_GROUP_HEAD 136u
#define FORMAT_RECORD_HEAD 36u
#define FORMAT_HASH 32u
#define FORMAT_NAME_MAX 256u /* gateway id and software, each */

/* The longest group: one record of the largest payload. */
#define FORMAT_GROUP_MAX (FORMAT_GROUP_HEAD + FORMAT_RECORD_HEAD + JOURNAL_PAYLOAD_MAX)

/* `len` up to the next multiple of a block. */
static inline uint64_t format_padded(uint64_t len)
{
    return (len + FORMAT_BLOCK - 1) / FORMAT_BLOCK * FORMAT_BLOCK;
}

/* Block 0 of a segment. */
struct segment_header {
    uint64_t number; /* of this segment; from 1 */
    uint64_t size;   /* of the file when it was made */
    uint64_t first_seq;
    uint64_t previous_number; /* the segment before; 0: none */
    uint64_t previous_end;    /* byte in it where its groups end */
    uint8_t previous_chain[FORMAT_HASH];
    int64_t wall_ns, boot_ns;
    char gateway_id[FORMAT_NAME_MAX]; /* terminated */
    char software[FORMAT_NAME_MAX];
};

enum header_state {
    HEADER_VALID,
    HEADER_ZERO,  /* a spare: nothing was written yet */
    HEADER_BAD,   /* torn or damaged */
    HEADER_NEWER, /* whole, but of a later format version */
};

/* Writes block 0 whole. */
void format_put_header(const struct segment_header *header, uint8_t block[FORMAT_BLOCK]);

/* Gives a header the checksum of the bytes it has. */
void format_renew_header(uint8_t block[FORMAT_BLOCK], uint64_t number);

/* Checks a header; `*ret_header` is set only with HEADER_VALID. */
enum header_state format_get_header(const uint8_t block[FORMAT_BLOCK], uint64_t number,
                                    struct segment_header *ret_header);

/* Where bytes stand: part of every checksum, so that bytes elsewhere do not pass. */
struct place {
    uint64_t segment, offset;
};

struct group {
    uint32_t len; /* head and records, without padding */
    uint32_t count;
    uint64_t first_seq, last_seq;
    uint64_t synced_seq; /* known to be synced when this group was written */
    uint8_t previous_chain[FORMAT_HASH], root[FORMAT_HASH], chain[FORMAT_HASH];
};

/* Writes a record without its checksum; `to` has room for the head and payload. */
void format_put_record(uint8_t *to, const struct record *record);

/* Notes len, count and seqs of a group that is still open, for the committer. */
void format_put_counts(uint8_t *data, const struct group *group);
struct group format_get_counts(const uint8_t *data);

/* Gives records, root, chain and head of a group their final bytes: `data` holds
 * FORMAT_GROUP_HEAD free bytes and `group->count` records, `group->len` in all.
 * Sets root and chain. */
void format_seal_group(uint8_t *data, struct place place, struct group *group);

/* Gives records and head other checksums for another place; nothing else changes. */
void format_move_group(uint8_t *data, struct place place);

/* Reads and checks a group's head alone. */
bool format_get_head(struct bytes data, struct place place, struct group *ret_group);

/* Checks head, every record and the zeros of the padding.  `data` must hold the
 * padded group.  Without the hashes; those are format_check_hashes(). */
bool format_get_group(struct bytes data, struct place place, struct group *ret_group);

/* Whether root and chain follow from the records. */
bool format_check_hashes(struct bytes data, const struct group *group);

/* The record at the start of `data`, from a checked group; its whole length. */
size_t format_get_record(struct bytes data, struct record *ret_record);

/* The leaf hash of a record at the start of `data`: from type to payload. */
void format_record_leaf(struct bytes data, uint8_t ret_hash[FORMAT_HASH]);

/* Whether there is nothing but zeros. */
bool format_all_zero(struct bytes data);

#endif
