/* SPDX-License-Identifier: Apache-2.0 */
/* PEM in, judged by GnuTLS itself. */
#include "tls/identity.h"

#include "core/mem.h"
#include "tls/certificate.h"

#include <gnutls/x509.h>
#include <sodium.h>

#define CHAIN_MAX 8U

struct identity {
    struct buf certificate, key, authority; /* PEM, terminated */
    gnutls_x509_trust_list_t trust;         /* of clients; NULL: not asked */
    int64_t ends_s;
};

static gnutls_datum_t datum(const struct buf *pem)
{
    return (gnutls_datum_t){.data = pem->data, .size = (unsigned)(pem->len - 1)};
}

/* Whether the key is the certificate's, by the library that will use them. */
static enum err check_pair(const struct identity *identity,
                           const struct identity_files *files, struct error *e)
{
    gnutls_certificate_credentials_t both = NULL;
    gnutls_datum_t certificate = datum(&identity->certificate);
    gnutls_datum_t key = datum(&identity->key);
    int code = gnutls_certificate_allocate_credentials(&both);
    if (code == GNUTLS_E_SUCCESS) {
        code = gnutls_certificate_set_x509_key_mem(both, &certificate, &key,
                                                   GNUTLS_X509_FMT_PEM);
        gnutls_certificate_free_credentials(both);
    }
    return code >= 0
               ? ERR_OK
               : error_set(e, ERR_CONFIG, "'%s' with the key '%s': %s", files->cert_file,
                           files->key_file, gnutls_strerror(code));
}

static enum err read_trust(struct identity *identity, const char *path, struct error *e)
{
    enum err err = certificate_read_pem(path, &identity->authority, e);
    if (err != ERR_OK) {
        return err;
    }
    gnutls_datum_t pem = datum(&identity->authority);
    int count = gnutls_x509_trust_list_init(&identity->trust, 0);
    if (count == GNUTLS_E_SUCCESS) {
        count = gnutls_x509_trust_list_add_trust_mem(identity->trust, &pem, NULL,
                                                     GNUTLS_X509_FMT_PEM, 0, 0);
    }
    return count > 0 ? ERR_OK : error_set(e, ERR_CONFIG, "no certificate in '%s'", path);
}

enum err identity_open(const struct identity_files *files, struct identity **ret_identity,
                       struct error *e)
{
    struct identity *identity = mem_new(struct identity);
    buf_init(&identity->certificate, CERTIFICATE_FILE_MAX);
    buf_init(&identity->key, CERTIFICATE_FILE_MAX);
    buf_init(&identity->authority, CERTIFICATE_FILE_MAX);
    enum err err = certificate_read_pem(files->cert_file, &identity->certificate, e);
    if (err == ERR_OK) {
        err = certificate_read_pem(files->key_file, &identity->key, e);
    }
    if (err == ERR_OK) {
        err = check_pair(identity, files, e);
    }
    if (err == ERR_OK) {
        err = certificate_end(&identity->certificate, files->cert_file, &identity->ends_s,
                              e);
    }
    if (err == ERR_OK && files->client_ca_file) {
        err = read_trust(identity, files->client_ca_file, e);
    }
    if (err != ERR_OK) {
        identity_close(&identity);
        return err;
    }
    *ret_identity = identity;
    return ERR_OK;
}

void identity_close(struct identity **identity)
{
    struct identity *closed = *identity;
    if (!closed) {
        return;
    }
    if (closed->trust) {
        gnutls_x509_trust_list_deinit(closed->trust, 1);
    }
    if (closed->key.data) {
        sodium_memzero(closed->key.data, closed->key.len);
    }
    buf_deinit(&closed->certificate);
    buf_deinit(&closed->key);
    buf_deinit(&closed->authority);
    mem_free(identity);
}

const char *identity_certificate(const struct identity *identity)
{
    return (const char *)identity->certificate.data;
}

const char *identity_key(const struct identity *identity)
{
    return (const char *)identity->key.data;
}

const char *identity_client_authority(const struct identity *identity)
{
    return identity->trust ? (const char *)identity->authority.data : NULL;
}

int identity_days_left(const struct identity *identity, int64_t now_s)
{
    return certificate_days(identity->ends_s, now_s);
}

/* ---- clients ---- */

static size_t import_chain(gnutls_session_t session, gnutls_x509_crt_t *chain)
{
    unsigned count = 0;
    const gnutls_datum_t *shown = gnutls_certificate_get_peers(session, &count);
    size_t imported = 0;
    for (unsigned i = 0; shown && i < count && i < CHAIN_MAX; i++) {
        if (gnutls_x509_crt_init(&chain[imported]) != GNUTLS_E_SUCCESS) {
            break;
        }
        imported++;
        if (gnutls_x509_crt_import(chain[i], &shown[i], GNUTLS_X509_FMT_DER) !=
            GNUTLS_E_SUCCESS) {
            break;
        }
    }
    return imported;
}

static bool is_trusted(const struct identity *identity, gnutls_x509_crt_t *chain,
                       size_t count, struct error *e)
{
    unsigned status = 0;
    gnutls_datum_t words = {0};
    static const char purpose[] = GNUTLS_KP_TLS_WWW_CLIENT;
    gnutls_typed_vdata_st wanted = {.type = GNUTLS_DT_KEY_PURPOSE_OID,
                                    .data = (uint8_t *)(uintptr_t)purpose};
    int code = gnutls_x509_trust_list_verify_crt2(identity->trust, chain, (unsigned)count,
                                                  &wanted, 1, 0, &status, NULL);
    if (code == GNUTLS_E_SUCCESS && status == 0) {
        return true;
    }
    bool told = code == GNUTLS_E_SUCCESS &&
                gnutls_certificate_verification_status_print(
                    status, GNUTLS_CRT_X509, &words, 0) == GNUTLS_E_SUCCESS;
    (void)error_set(e, ERR_REJECT, "%.400s",
                    told ? (const char *)words.data : gnutls_strerror(code));
    gnutls_free(words.data);
    return false;
}

/* Its common name; false when there is none that can be taken as it stands. */
static bool get_name(gnutls_x509_crt_t certificate, char ret_name[IDENTITY_NAME_MAX])
{
    size_t size = IDENTITY_NAME_MAX;
    int code = gnutls_x509_crt_get_dn_by_oid(certificate, GNUTLS_OID_X520_COMMON_NAME, 0,
                                             0, ret_name, &size);
    return code == GNUTLS_E_SUCCESS && size > 0 && strlen(ret_name) == size;
}

enum guest identity_judge(const struct identity *identity, gnutls_session_t session,
                          char ret_name[IDENTITY_NAME_MAX], struct error *e)
{
    gnutls_x509_crt_t chain[CHAIN_MAX] = {0};
    enum guest guest = GUEST_NONE;
    ret_name[0] = 0;
    if (!identity->trust) {
        return GUEST_NONE;
    }
    size_t count = import_chain(session, chain);
    if (count > 0) {
        guest = is_trusted(identity, chain, count, e) ? GUEST_KNOWN : GUEST_REFUSED;
    }
    if (guest == GUEST_KNOWN && !get_name(chain[0], ret_name)) {
        (void)error_set(e, ERR_REJECT, "the certificate has no common name");
        ret_name[0] = 0;
        guest = GUEST_REFUSED;
    }
    for (size_t i = 0; i < count; i++) {
        gnutls_x509_crt_deinit(chain[i]);
    }
    return guest;
}
