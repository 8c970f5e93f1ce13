/* SPDX-License-Identifier: Apache-2.0 */
/* MQTT packets by hand. */
#include "mqtt_raw.h"

#include "core/mem.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

static struct sockaddr_in loopback(int port)
{
    return (struct sockaddr_in){.sin_family = AF_INET,
                                .sin_port = htons((uint16_t)port),
                                .sin_addr = {htonl(INADDR_LOOPBACK)}};
}

int mqtt_raw_listen(int *ret_port)
{
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    struct sockaddr_in address = loopback(0);
    socklen_t len = sizeof address;
    if (bind(fd, (struct sockaddr *)&address, len) != 0 || listen(fd, 8) != 0 ||
        getsockname(fd, (struct sockaddr *)&address, &len) != 0) {
        close(fd);
        return -1;
    }
    *ret_port = ntohs(address.sin_port);
    return fd;
}

int mqtt_raw_free_port(void)
{
    int port = 0;
    close(mqtt_raw_listen(&port));
    return port;
}

static struct mqtt_raw *wrap_socket(int fd)
{
    struct mqtt_raw *raw = mem_new(struct mqtt_raw);
    int on = 1;
    raw->fd = fd;
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    return raw;
}

struct mqtt_raw *mqtt_raw_accept(int listener)
{
    struct pollfd item = {.fd = listener, .events = POLLIN};
    if (poll(&item, 1, 10000) != 1) {
        return NULL;
    }
    return wrap_socket(accept4(listener, NULL, NULL, SOCK_CLOEXEC));
}

struct mqtt_raw *mqtt_raw_dial(int port)
{
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    struct sockaddr_in address = loopback(port);
    if (connect(fd, (struct sockaddr *)&address, sizeof address) != 0) {
        close(fd);
        return NULL;
    }
    return wrap_socket(fd);
}

void mqtt_raw_close(struct mqtt_raw **raw)
{
    if (*raw) {
        close((*raw)->fd);
        mem_free(raw);
    }
}

/* Length of header and of body; false: not all of the header is there. */
static bool parse_header(struct bytes in, size_t *ret_header, size_t *ret_body)
{
    size_t body = 0;
    for (size_t i = 1; i < in.len && i < 5; i++) {
        body |= (size_t)(in.data[i] & 0x7f) << (7 * (i - 1));
        if ((in.data[i] & 0x80) == 0) {
            *ret_header = i + 1;
            *ret_body = body;
            return true;
        }
    }
    return false;
}

bool mqtt_raw_next(struct mqtt_raw *raw, struct mqtt_raw_packet *ret_packet)
{
    struct bytes in = {raw->in + raw->start, raw->len};
    size_t header = 0;
    size_t body = 0;
    if (!parse_header(in, &header, &body) || in.len < header + body) {
        return false;
    }
    *ret_packet = (struct mqtt_raw_packet){.type = in.data[0] >> 4,
                                           .flags = in.data[0] & 15,
                                           .body = bytes_slice(in, header, body)};
    raw->start += header + body;
    raw->len -= header + body;
    return true;
}

bool mqtt_raw_read(struct mqtt_raw *raw, int timeout_ms,
                   struct mqtt_raw_packet *ret_packet)
{
    while (!mqtt_raw_next(raw, ret_packet)) {
        memmove(raw->in, raw->in + raw->start, raw->len);
        raw->start = 0;
        struct pollfd item = {.fd = raw->fd, .events = POLLIN};
        if (poll(&item, 1, timeout_ms) != 1) {
            return false;
        }
        ssize_t n = recv(raw->fd, raw->in + raw->len, sizeof raw->in - raw->len, 0);
        if (n <= 0) {
            return false;
        }
        raw->len += (size_t)n;
    }
    return true;
}

bool mqtt_raw_write(struct mqtt_raw *raw, struct bytes bytes)
{
    while (bytes.len > 0) {
        ssize_t n = send(raw->fd, bytes.data, bytes.len, MSG_NOSIGNAL);
        if (n < 0 && errno != EINTR) {
            return false;
        }
        bytes = bytes_slice(bytes, n > 0 ? (size_t)n : 0, bytes.len);
    }
    return true;
}

static void add_u16(struct buf *out, int value)
{
    buf_add_byte(out, (uint8_t)(value >> 8));
    buf_add_byte(out, (uint8_t)value);
}

static void add_text(struct buf *out, const char *text)
{
    add_u16(out, (int)strlen(text));
    buf_add_text(out, text);
}

void mqtt_raw_add_connect(struct buf *out, int version, const char *client_id, bool clean,
                          int receive_maximum)
{
    size_t properties = version == 5 ? 5 + 3 + 1 : 0;
    buf_add_byte(out, RAW_CONNECT << 4);
    buf_add_varint(out, 10 + properties + 2 + strlen(client_id));
    add_text(out, "MQTT");
    buf_add_byte(out, (uint8_t)version);
    buf_add_byte(out, clean ? 2 : 0);
    add_u16(out, 60);
    if (version == 5) {
        buf_add_byte(out, 8);
        buf_add_byte(out, 0x11); /* session expiry */
        add_u16(out, 0);
        add_u16(out, clean ? 0 : 3600);
        buf_add_byte(out, 0x21);
        add_u16(out, receive_maximum);
    }
    add_text(out, client_id);
}

void mqtt_raw_add_connack(struct buf *out, int version, bool session_present, int code)
{
    buf_add_byte(out, RAW_CONNACK << 4);
    buf_add_byte(out, version == 5 ? 3 : 2);
    buf_add_byte(out, session_present);
    buf_add_byte(out, (uint8_t)code);
    if (version == 5) {
        buf_add_byte(out, 0);
    }
}

void mqtt_raw_add_subscribe(struct buf *out, int version, int id, const char *topic,
                            int qos)
{
    buf_add_byte(out, RAW_SUBSCRIBE << 4 | 2);
    buf_add_varint(out, 5 + strlen(topic) + (version == 5 ? 1 : 0));
    add_u16(out, id);
    if (version == 5) {
        buf_add_byte(out, 0);
    }
    add_text(out, topic);
    buf_add_byte(out, (uint8_t)qos);
}

void mqtt_raw_add_suback(struct buf *out, int version, int id, int code)
{
    buf_add_byte(out, RAW_SUBACK << 4);
    buf_add_byte(out, version == 5 ? 4 : 3);
    add_u16(out, id);
    if (version == 5) {
        buf_add_byte(out, 0);
    }
    buf_add_byte(out, (uint8_t)code);
}

void mqtt_raw_add_publish(struct buf *out, int version, int qos, int id,
                          const char *topic, struct bytes payload)
{
    buf_add_byte(out, (uint8_t)(RAW_PUBLISH << 4 | qos << 1));
    buf_add_varint(out,
                   2 + strlen(topic) + (qos > 0 ? 2 : 0) + (version == 5) + payload.len);
    add_text(out, topic);
    if (qos > 0) {
        add_u16(out, id);
    }
    if (version == 5) {
        buf_add_byte(out, 0);
    }
    buf_add(out, payload);
}

void mqtt_raw_add_puback(struct buf *out, int id)
{
    buf_add_byte(out, RAW_PUBACK << 4);
    buf_add_byte(out, 2);
    add_u16(out, id);
}

struct mqtt_raw *mqtt_raw_connect(int port, int version, const char *client_id,
                                  bool clean, int receive_maximum)
{
    struct mqtt_raw *raw = mqtt_raw_dial(port);
    if (!raw) {
        return NULL;
    }
    struct buf out;
    buf_init(&out, 65536);
    mqtt_raw_add_connect(&out, version, client_id, clean, receive_maximum);
    struct mqtt_raw_packet packet;
    bool ok = mqtt_raw_write(raw, buf_bytes(&out)) &&
              mqtt_raw_read(raw, 10000, &packet) && packet.type == RAW_CONNACK &&
              packet.body.data[1] == 0;
    buf_deinit(&out);
    if (!ok) {
        mqtt_raw_close(&raw);
    }
    return raw;
}

void mqtt_raw_subscribe_session(int port, const char *client_id, const char *topic)
{
    struct mqtt_raw *raw = mqtt_raw_connect(port, 5, client_id, false, 1000);
    struct mqtt_raw_packet packet;
    struct buf out;
    ASSERT(raw);
    buf_init(&out, 4096);
    mqtt_raw_add_subscribe(&out, 5, 1, topic, 1);
    ASSERT(mqtt_raw_write(raw, buf_bytes(&out)));
    ASSERT(mqtt_raw_read(raw, 10000, &packet) && packet.type == RAW_SUBACK);
    buf_deinit(&out);
    mqtt_raw_close(&raw);
}
