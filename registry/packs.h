/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Evidence packs (docs/formats/evidence.md) as files in a folder: KEY.pack, whose name is
 * the SHA-256 of its bytes, and KEY.json, which tells what it is and what the check
 * found. A pack is there when its JSON is; both are durable then.
 *
 * Any thread; several processes may share the folder.
 */
#ifndef REGISTRY_PACKS_H
#define REGISTRY_PACKS_H

#include "core/buf.h"
#include "core/error.h"

#define PACKS_KEY_LEN 32
#define PACKS_ABOUT_MAX ((size_t)64 * 1024)
#define PACKS_SIZE_MAX ((size_t)64 * 1024 * 1024) /* what an answer holds */

/* Files both; the same again changes nothing.  The folder is made where it is missing.
 * ERR_FULL, ERR_SYSTEM. */
enum err packs_put(const char *folder, const uint8_t key[PACKS_KEY_LEN],
                   struct bytes pack, struct bytes about, struct error *e) MUST_CHECK;

/* Tells what each pack is, in no order; views for the call.  No folder: none. */
typedef void packs_fn(void *ctx, struct bytes about);
enum err packs_each(const char *folder, packs_fn *each, void *ctx,
                    struct error *e) MUST_CHECK;

/* Adds the pack's bytes to `out`.  ERR_REJECT: it is not there. */
enum err packs_get(const char *folder, const uint8_t key[PACKS_KEY_LEN], struct buf *out,
                   struct error *e) MUST_CHECK;

/* Its JSON alone.  ERR_REJECT: it is not there. */
enum err packs_about(const char *folder, const uint8_t key[PACKS_KEY_LEN],
                     struct buf *out, struct error *e) MUST_CHECK;

#endif
