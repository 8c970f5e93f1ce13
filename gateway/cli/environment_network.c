/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The other side: brokers and registries are connected to, by TLS where the address
 * says so, and let go of at once.  Certificates are read and their days counted.
 */
#include "cli/environment.h"

#include "core/number.h"
#include "core/pool.h"

#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <poll.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <unistd.h>

#define CONNECT_TIMEOUT_MS 5000
#define DAYS_LEFT_MIN 30

struct endpoint {
    const char *what; /* "broker plant" */
    char host[256];
    char port[8];
    bool tls;
    const char *ca_file, *cert_file, *key_file;
};

static const struct {
    const char *prefix;
    const char *port;
    bool tls;
} schemes[] = {
    {"mqtt://", "1883", false},
    {"mqtts://", "8883", true},
    {"http://", "80", false},
    {"https://", "443", true},
};

/* Takes an address apart; false when it is of another kind. */
static bool take_apart(const char *uri, struct endpoint *endpoint)
{
    for (size_t i = 0; i < sizeof schemes / sizeof *schemes; i++) {
        size_t len = strlen(schemes[i].prefix);
        if (strncmp(uri, schemes[i].prefix, len) != 0) {
            continue;
        }
        const char *host = uri + len;
        size_t all = strcspn(host, "/?#");
        const char *end = *host == '[' ? memchr(host, ']', all) : host;
        const char *colon = end ? memchr(end, ':', all - (size_t)(end - host)) : NULL;
        int host_len = colon ? (int)(colon - host) : (int)all;
        int port_len = colon ? (int)(host + all - colon) - 1 : 0;
        bool bracket = *host == '[' && host_len > 2;
        snprintf(endpoint->host, sizeof endpoint->host, "%.*s",
                 bracket ? host_len - 2 : host_len, bracket ? host + 1 : host);
        snprintf(endpoint->port, sizeof endpoint->port, "%.*s",
                 colon ? port_len : (int)strlen(schemes[i].port),
                 colon ? colon + 1 : schemes[i].port);
        endpoint->tls = schemes[i].tls;
        return endpoint->host[0] != 0;
    }
    return false;
}

/* ---- TCP ---- */

static bool wait_connected(int file, int *ret_errno)
{
    struct pollfd waiting = {.fd = file, .events = POLLOUT};
    int number = 0;
    socklen_t len = sizeof number;
    int ready = poll(&waiting, 1, CONNECT_TIMEOUT_MS);
    if (ready == 1 && getsockopt(file, SOL_SOCKET, SO_ERROR, &number, &len) == 0 &&
        number == 0) {
        return true;
    }
    *ret_errno = ready == 0 ? ETIMEDOUT : number;
    return false;
}

/* Blocking again after the connect, with a limit on each read and write. */
static void limit(int file)
{
    struct timeval timeout = {.tv_sec = CONNECT_TIMEOUT_MS / 1000};
    (void)fcntl(file, F_SETFL, 0); /* a failure shows in the handshake */
    (void)setsockopt(file, SOL_SOCKET, SO_RCVTIMEO, &timeout, sizeof timeout);
    (void)setsockopt(file, SOL_SOCKET, SO_SNDTIMEO, &timeout, sizeof timeout);
}

static int connect_one(const struct addrinfo *address, int *ret_errno)
{
    int file = socket(address->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (file < 0) {
        *ret_errno = errno;
        return -1;
    }
    int rc = connect(file, address->ai_addr, address->ai_addrlen);
    *ret_errno = errno;
    bool connected = rc == 0 || (errno == EINPROGRESS && wait_connected(file, ret_errno));
    if (!connected) {
        close(file);
        return -1;
    }
    limit(file);
    return file;
}

/* A connected socket, or -1 with words. */
static int connect_to(const struct endpoint *endpoint, char words[256])
{
    struct addrinfo hints = {.ai_socktype = SOCK_STREAM};
    struct addrinfo *found = NULL;
    int number = 0;
    int file = -1;
    int rc = getaddrinfo(endpoint->host, endpoint->port, &hints, &found);
    if (rc != 0) {
        snprintf(words, 256, "%s", gai_strerror(rc));
        return -1;
    }
    for (const struct addrinfo *at = found; at && file < 0; at = at->ai_next) {
        file = connect_one(at, &number);
    }
    freeaddrinfo(found);
    if (file < 0) {
        char text[128];
        snprintf(words, 256, "%s", strerror_r(number, text, sizeof text));
    }
    return file;
}

/* ---- TLS ---- */

static const char *tls_words(char text[256])
{
    unsigned long code = ERR_get_error();
    const char *reason = code ? ERR_reason_error_string(code) : NULL;
    snprintf(text, 256, "%s", reason ? reason : "the other side closed the connection");
    return text;
}

static long days_left(const X509 *certificate)
{
    int days = 0;
    int seconds = 0;
    if (!ASN1_TIME_diff(&days, &seconds, NULL, X509_get0_notAfter(certificate))) {
        return -1;
    }
    return seconds < 0 && days == 0 ? -1 : days;
}

static void tell_days(const char *what, const char *which, long days, struct findings *f)
{
    if (days < 0) {
        findings_tell(f, FINDING_FAIL, what, "renew the certificate", "%s has expired",
                      which);
    } else if (days < DAYS_LEFT_MIN) {
        findings_tell(f, FINDING_WARN, what, "renew the certificate",
                      "%s lasts %ld more days", which, days);
    } else {
        findings_tell(f, FINDING_OK, what, NULL, "%s lasts %ld more days", which, days);
    }
}

/* What the other side trusts and shows; false with words. */
static bool prepare(SSL_CTX *context, const struct endpoint *endpoint)
{
    bool good = endpoint->ca_file
                    ? SSL_CTX_load_verify_locations(context, endpoint->ca_file, NULL) == 1
                    : SSL_CTX_set_default_verify_paths(context) == 1;
    if (good && endpoint->cert_file) {
        good = SSL_CTX_use_certificate_chain_file(context, endpoint->cert_file) == 1 &&
               SSL_CTX_use_PrivateKey_file(context, endpoint->key_file,
                                           SSL_FILETYPE_PEM) == 1;
    }
    SSL_CTX_set_verify(context, SSL_VERIFY_PEER, NULL);
    return good;
}

static void handshake(const struct endpoint *endpoint, int file, SSL *ssl,
                      struct findings *f)
{
    char text[256];
    /* The macro for the name would cast const away. */
    bool good = SSL_set1_host(ssl, endpoint->host) == 1 &&
                SSL_ctrl(ssl, SSL_CTRL_SET_TLSEXT_HOSTNAME, TLSEXT_NAMETYPE_host_name,
                         (void *)(uintptr_t)endpoint->host) == 1 &&
                SSL_set_fd(ssl, file) == 1 && SSL_connect(ssl) == 1;
    long verified = SSL_get_verify_result(ssl);
    if (!good && verified != X509_V_OK) {
        findings_tell(f, FINDING_FAIL, endpoint->what,
                      "give the authority's certificate as 'ca_file', or renew the "
                      "server's",
                      "the server's certificate is refused: %s",
                      X509_verify_cert_error_string(verified));
        return;
    }
    if (!good) {
        findings_tell(f, FINDING_FAIL, endpoint->what,
                      "look at the server's TLS settings", "TLS with %s:%s failed: %s",
                      endpoint->host, endpoint->port, tls_words(text));
        return;
    }
    findings_tell(f, FINDING_OK, endpoint->what, NULL, "%s:%s answers by %s",
                  endpoint->host, endpoint->port, SSL_get_version(ssl));
    X509 *certificate = SSL_get1_peer_certificate(ssl);
    if (certificate) {
        tell_days(endpoint->what, "the server's certificate", days_left(certificate), f);
        X509_free(certificate);
    }
    (void)SSL_shutdown(ssl); /* the socket is closed anyway */
}

static void check_tls(const struct endpoint *endpoint, int file, struct findings *f)
{
    char text[256];
    ERR_clear_error();
    SSL_CTX *context = SSL_CTX_new(TLS_client_method());
    SSL *ssl = NULL;
    bool prepared = context && prepare(context, endpoint);
    if (prepared) {
        ssl = SSL_new(context);
    }
    if (ssl) {
        handshake(endpoint, file, ssl, f);
    } else {
        findings_tell(f, FINDING_FAIL, endpoint->what,
                      "look at 'ca_file', 'cert_file' and 'key_file'",
                      "the certificates can't be used: %s", tls_words(text));
    }
    SSL_free(ssl);
    SSL_CTX_free(context);
}

static void check_endpoint(const struct endpoint *endpoint, struct findings *f)
{
    char words[256];
    int file = connect_to(endpoint, words);
    if (file < 0) {
        findings_tell(f, FINDING_FAIL, endpoint->what,
                      "look at its address, whether it runs, and the firewall",
                      "can't connect to %s:%s: %s", endpoint->host, endpoint->port,
                      words);
        return;
    }
    if (endpoint->tls) {
        check_tls(endpoint, file, f);
    } else {
        findings_tell(f, FINDING_OK, endpoint->what, NULL, "%s:%s answers",
                      endpoint->host, endpoint->port);
    }
    close(file);
}

/* ---- files ---- */

static void check_certificate(const char *what, const char *path, struct findings *f)
{
    char text[256];
    FILE *in = path ? fopen(path, "rbe") : NULL;
    if (!path) {
        return;
    }
    if (!in) {
        findings_tell(f, FINDING_FAIL, what, "look at the path and its permissions",
                      "can't read '%s': %s", path, strerror_r(errno, text, sizeof text));
        return;
    }
    X509 *certificate = PEM_read_X509(in, NULL, NULL, NULL);
    fclose(in);
    if (!certificate) {
        findings_tell(f, FINDING_FAIL, what, "give a certificate in PEM",
                      "'%s' is not a certificate", path);
        return;
    }
    tell_days(what, path, days_left(certificate), f);
    X509_free(certificate);
}

static void check_secret(const char *what, const struct secret *secret,
                         struct findings *f)
{
    char text[SECRET_TEXT_MAX];
    struct error e = {0};
    struct stat st;
    if (secret->kind == SECRET_NONE) {
        return;
    }
    if (secret_read(secret, text, sizeof text, &e) != ERR_OK) {
        findings_tell(f, FINDING_FAIL, what, "put the secret there", "%s", e.text);
        return;
    }
    secret_wipe(text, sizeof text);
    bool open_to_all = secret->kind == SECRET_FILE && stat(secret->name, &st) == 0 &&
                       (st.st_mode & 077) != 0;
    if (open_to_all) {
        findings_tell(f, FINDING_WARN, what, "chmod 600",
                      "'%s' can be read by others than its owner", secret->name);
    } else {
        findings_tell(f, FINDING_OK, what, NULL, "the secret is there");
    }
}

static void check_broker(const struct plan_broker *broker, struct findings *f)
{
    char what[128];
    struct endpoint endpoint = {.what = what,
                                .ca_file = broker->ca_file,
                                .cert_file = broker->cert_file,
                                .key_file = broker->key_file};
    struct secret password = {.kind = broker->password_file ? SECRET_FILE : SECRET_NONE,
                              .name = broker->password_file};
    snprintf(what, sizeof what, "broker %s", broker->name);
    check_certificate(what, broker->ca_file, f);
    check_certificate(what, broker->cert_file, f);
    check_secret(what, &password, f);
    if (take_apart(broker->uri, &endpoint)) {
        check_endpoint(&endpoint, f);
    }
}

/* A text among a sink's own settings, or NULL. */
static const char *setting_of(const struct plan_sink *sink, const char *key)
{
    const struct node *node = node_find(sink->settings, key);
    return node && node->kind == NODE_SCALAR ? (const char *)node->text.data : NULL;
}

static void check_sink(const struct plan_sink *sink, struct findings *f)
{
    char what[128];
    const char *url = setting_of(sink, "url");
    struct endpoint endpoint = {.what = what,
                                .ca_file = setting_of(sink, "ca_file"),
                                .cert_file = setting_of(sink, "cert_file"),
                                .key_file = setting_of(sink, "key_file")};
    snprintf(what, sizeof what, "sink %s", sink->id);
    check_certificate(what, endpoint.ca_file, f);
    check_certificate(what, endpoint.cert_file, f);
    url = url ? url : setting_of(sink, "uri");
    if (url && take_apart(url, &endpoint)) {
        check_endpoint(&endpoint, f);
    }
}

static void check_bridge(const struct plan_bridge *bridge, struct findings *f)
{
    char what[128];
    struct endpoint endpoint = {.what = what,
                                .ca_file = bridge->remote.ca_file,
                                .cert_file = bridge->remote.cert_file,
                                .key_file = bridge->remote.key_file};
    snprintf(what, sizeof what, "bridge %s", bridge->id);
    check_certificate(what, endpoint.ca_file, f);
    check_certificate(what, endpoint.cert_file, f);
    check_secret(what, &bridge->remote.password, f);
    if (take_apart(bridge->remote.uri, &endpoint)) {
        check_endpoint(&endpoint, f);
    }
}

void environment_check_network(const struct plan *plan, struct findings *findings)
{
    check_secret("signing key", &plan->signing_key, findings);
    check_certificate("page", plan->web_cert_file, findings);
    check_certificate("page", plan->web_client_ca_file, findings);
    for (size_t i = 0; i < plan->broker_count; i++) {
        check_broker(&plan->brokers[i], findings);
    }
    for (size_t i = 0; i < plan->sink_count; i++) {
        check_sink(&plan->sinks[i], findings);
    }
    for (size_t i = 0; i < plan->bridge_count; i++) {
        check_bridge(&plan->bridges[i], findings);
    }
}
