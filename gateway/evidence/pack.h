/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A pack: one file that holds all a verifier needs for a process and a period; drawn in
 * docs/formats/evidence.md.  Here are its entries, to bytes and back; what they say is
 * checked by verify/.
 *
 *     "EMPACK1\n"   (u8 kind, u32 length, bytes)*   in order of kinds
 *     the last entry is the SHA-256 of everything before it
 */
#ifndef EVIDENCE_PACK_H
#define EVIDENCE_PACK_H

#include "core/buf.h"
#include "core/error.h"

#define PACK_SIZE_MAX ((size_t)1 << 30)
#define PACK_ENTRIES_MAX 20000000u
#define PACK_LEVEL_MAX 40u
/* Type, flags, version, seq and both clocks, in front of a record's payload. */
#define PACK_RECORD_HEAD 28u

/* Numbers are part of the format: never reuse one. */
enum pack_kind {
    PACK_MANIFEST = 1,
    PACK_KEY = 2,          /* 32 bytes: a key of the gateway, in order of use */
    PACK_REGISTRY_KEY = 3, /* 32 bytes */
    PACK_CHECKPOINT = 4,   /* a note */
    PACK_SUMMARY = 5,      /* an Envelope */
    PACK_INPUTS = 6,       /* of the summary in the same place: u64 seqs */
    PACK_RECEIPT = 7,      /* a Receipt */
    PACK_RECORD = 8,       /* 32 bytes of leaf hash, then the record from its type on */
    PACK_SKIPPED = 9,      /* u8 level, 32 bytes: the root over 2^level leaves */
    PACK_END = 255,
};

struct pack_entry {
    enum pack_kind kind;
    size_t offset; /* of the entry in the file */
    struct bytes data;
};

/* A pack in memory: views into its bytes. */
struct pack {
    struct pack_entry *entries; /* without the end */
    size_t count;
    bool digest_holds;
};

/* Writes: begin, entries by rising kind, end.  The buffer's overflow tells the rest. */
void pack_begin(struct buf *out);
void pack_add(struct buf *out, enum pack_kind kind, struct bytes data);
void pack_end(struct buf *out);

/* Reads the entries; the caller frees them.  ERR_REJECT: it is no pack, with the byte
 * where it stops being one.  Where only the digest does not hold, that is not told as an
 * error, so that what was changed can be found. */
enum err pack_read(struct bytes file, struct pack *ret_pack, struct error *e) MUST_CHECK;
void pack_free(struct pack *pack);

/* Whether the bytes begin as a pack does. */
bool pack_is_one(struct bytes file);

/* The manifest's text. */
#define PACK_NAME_MAX 256
struct pack_manifest {
    char gateway[PACK_NAME_MAX];
    char process[PACK_NAME_MAX]; /* "*": all */
    int64_t from_ns, to_ns;      /* first window's start, last window's end */
    uint64_t records;            /* the tree's size */
    bool whole;                  /* no record is left out */
};
void pack_put_manifest(const struct pack_manifest *manifest, struct buf *out);

/* False: not such a text. */
bool pack_get_manifest(struct bytes text, struct pack_manifest *ret_manifest);

#endif
