/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Writing acknowledgements together.
 *
 * Sockets of Paho do not block.  When the socket takes only a part of what we put in
 * front, we wait up to a second for it to take the rest, since Paho knows nothing of
 * these bytes; a broker that reads nothing for so long is cut off, and delivers
 * again.
 */
#include "source/ack_write.h"

#include <errno.h>
#include <openssl/ssl.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#define STALL_MS 1000
#define PAHO_VECTORS_MAX 8

struct front {
    struct bytes bytes;
    bool written;
};

/* Set and used within one call of Paho's on one thread. */
static _Thread_local struct front front;

ssize_t __real_writev(int fd, const struct iovec *vectors, int count);
ssize_t __wrap_writev(int fd, const struct iovec *vectors, int count);
int __real_SSL_write(SSL *ssl, const void *data, int len);
int __wrap_SSL_write(SSL *ssl, const void *data, int len);

void ack_write_begin(struct bytes bytes)
{
    front = (struct front){.bytes = bytes};
}

bool ack_write_end(void)
{
    bool written = front.written;
    front = (struct front){.written = false};
    return written;
}

void ack_write_packet(uint8_t packet[ACK_WRITE_PACKET], uint16_t message_id)
{
    packet[0] = 0x40;
    packet[1] = 2;
    packet[2] = (uint8_t)(message_id >> 8);
    packet[3] = (uint8_t)message_id;
}

static bool wait_writable(int fd)
{
    struct pollfd item = {.fd = fd, .events = POLLOUT};
    return poll(&item, 1, STALL_MS) == 1 && (item.revents & POLLOUT) != 0;
}

static ssize_t cut_off(int fd)
{
    shutdown(fd, SHUT_RDWR);
    errno = EPIPE;
    return -1;
}

/* The rest of the front, byte by byte if need be. */
static bool write_rest(int fd, struct bytes rest)
{
    while (rest.len > 0) {
        ssize_t n = send(fd, rest.data, rest.len, MSG_NOSIGNAL);
        if (n > 0) {
            rest = bytes_slice(rest, (size_t)n, rest.len);
        } else if (n < 0 && errno != EAGAIN && errno != EINTR) {
            return false;
        } else if (!wait_writable(fd)) {
            return false;
        }
    }
    return true;
}

ssize_t __wrap_writev(int fd, const struct iovec *vectors, int count)
{
    struct bytes first = front.bytes;
    if (first.len == 0 || front.written || count > PAHO_VECTORS_MAX) {
        return __real_writev(fd, vectors, count);
    }
    if (fd <= STDERR_FILENO) { /* a closed connection; never write to our own output */
        errno = EBADF;
        return -1;
    }
    struct iovec all[PAHO_VECTORS_MAX + 1] = {
        {.iov_base = (void *)(uintptr_t)first.data, .iov_len = first.len}};
    memcpy(all + 1, vectors, (size_t)count * sizeof *vectors);
    ssize_t n = __real_writev(fd, all, count + 1);
    if (n <= 0) {
        return n;
    }
    front.written = true;
    if ((size_t)n >= first.len) {
        n -= (ssize_t)first.len;
        if (n > 0) {
            return n;
        }
        errno = EAGAIN;
        return -1;
    }
    if (!write_rest(fd, bytes_slice(first, (size_t)n, first.len))) {
        return cut_off(fd);
    }
    return __real_writev(fd, vectors, count);
}

int __wrap_SSL_write(SSL *ssl, const void *data, int len)
{
    struct bytes first = front.bytes;
    if (first.len == 0 || front.written) {
        return __real_SSL_write(ssl, data, len);
    }
    int fd = SSL_get_fd(ssl);
    for (;;) {
        int n = __real_SSL_write(ssl, first.data, (int)first.len);
        if (n > 0) {
            break;
        }
        if (SSL_get_error(ssl, n) != SSL_ERROR_WANT_WRITE || !wait_writable(fd)) {
            return (int)cut_off(fd);
        }
    }
    front.written = true;
    return __real_SSL_write(ssl, data, len);
}
