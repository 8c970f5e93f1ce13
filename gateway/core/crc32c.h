/* SPDX-License-Identifier: Apache-2.0 */
/*
 * CRC-32C (Castagnoli, polynomial 0x1EDC6F41 reflected), as in RFC 3720 and ext4.
 * Finds accidents, not people.  crc32c(0, "123456789") is 0xE3069283.
 */
#ifndef CORE_CRC32C_H
#define CORE_CRC32C_H

#include "core/bytes.h"

/* Goes on from `crc`, the result for what came before (0 at the start).  Uses the
 * processor's instruction where there is one.  Any thread. */
uint32_t crc32c(uint32_t crc, struct bytes data);

/* The two ways it is computed, apart for the test that they agree. */
uint32_t crc32c_table(uint32_t crc, struct bytes data);
bool crc32c_has_hardware(void);
uint32_t crc32c_hardware(uint32_t crc, struct bytes data); /* only where it has */

#endif
