/* SPDX-License-Identifier: Apache-2.0 */
/* PEM files of certificates, and when they end.  Any thread. */
#ifndef TLS_CERTIFICATE_H
#define TLS_CERTIFICATE_H

#include "core/buf.h"
#include "core/error.h"

#define CERTIFICATE_FILE_MAX ((size_t)256 * 1024)
#define DAY_S 86400

/* Reads a file whole into `out`, terminated; the terminator counts.  ERR_CONFIG: it can't
 * be read, is empty or longer than CERTIFICATE_FILE_MAX. */
enum err certificate_read_pem(const char *path, struct buf *out,
                              struct error *e) MUST_CHECK;

/* When the first certificate in the PEM ends, in seconds since 1970.  ERR_CONFIG: there
 * is none; `path` is for the words. */
enum err certificate_end(const struct buf *pem, const char *path, int64_t *ret_end_s,
                         struct error *e) MUST_CHECK;

/* The same of a file. */
enum err certificate_file_end(const char *path, int64_t *ret_end_s,
                              struct error *e) MUST_CHECK;

/* Whole days between the two, negative when it has ended. */
int certificate_days(int64_t end_s, int64_t now_s);

#endif
