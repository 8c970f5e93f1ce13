/* SPDX-License-Identifier: Apache-2.0 */
/* The file may hold a private key: what was read of it is wiped. */
#include "tls/certificate.h"

#include <errno.h>
#include <gnutls/x509.h>
#include <sodium.h>
#include <stdio.h>

enum err certificate_read_pem(const char *path, struct buf *out, struct error *e)
{
    char words[128];
    uint8_t part[4096];
    size_t len = 0;
    FILE *in = fopen(path, "rbe");
    if (!in) {
        return error_set(e, ERR_CONFIG, "can't read '%s': %s", path,
                         strerror_r(errno, words, sizeof words));
    }
    while ((len = fread(part, 1, sizeof part, in)) > 0) {
        buf_add(out, (struct bytes){.data = part, .len = len});
    }
    bool failed = ferror(in) != 0;
    fclose(in);
    sodium_memzero(part, sizeof part);
    if (failed || out->overflow || out->len == 0 || out->len == CERTIFICATE_FILE_MAX) {
        return error_set(e, ERR_CONFIG, "'%s' is empty, unreadable or too long", path);
    }
    buf_add_byte(out, 0);
    return ERR_OK;
}

enum err certificate_end(const struct buf *pem, const char *path, int64_t *ret_end_s,
                         struct error *e)
{
    gnutls_x509_crt_t certificate = NULL;
    gnutls_datum_t data = {.data = pem->data, .size = (unsigned)(pem->len - 1)};
    int code = gnutls_x509_crt_init(&certificate);
    if (code == GNUTLS_E_SUCCESS) {
        code = gnutls_x509_crt_import(certificate, &data, GNUTLS_X509_FMT_PEM);
    }
    if (code == GNUTLS_E_SUCCESS) {
        *ret_end_s = gnutls_x509_crt_get_expiration_time(certificate);
    } else {
        (void)error_set(e, ERR_CONFIG, "'%s': %s", path, gnutls_strerror(code));
    }
    if (certificate) {
        gnutls_x509_crt_deinit(certificate);
    }
    return code == GNUTLS_E_SUCCESS ? ERR_OK : ERR_CONFIG;
}

enum err certificate_file_end(const char *path, int64_t *ret_end_s, struct error *e)
{
    struct buf pem;
    buf_init(&pem, CERTIFICATE_FILE_MAX);
    enum err err = certificate_read_pem(path, &pem, e);
    if (err == ERR_OK) {
        err = certificate_end(&pem, path, ret_end_s, e);
    }
    buf_deinit(&pem);
    return err;
}

int certificate_days(int64_t end_s, int64_t now_s)
{
    int64_t left_s = end_s - now_s;
    return (int)(left_s < 0 ? -1 : left_s / DAY_S);
}
