/* SPDX-License-Identifier: Apache-2.0 */
#include "source/ack_write.h"

#include "mqtt_raw.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

static void make_pair(int pair[2])
{
    cr_assert_eq(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, pair), 0);
}

static ssize_t write_text(int fd, const char *text)
{
    struct iovec vector = {.iov_base = (void *)(uintptr_t)text, .iov_len = strlen(text)};
    return writev(fd, &vector, 1);
}

Test(ack_write, packet_is_a_puback_of_four_bytes)
{
    uint8_t packet[ACK_WRITE_PACKET];

    ack_write_packet(packet, 0x1234);

    cr_assert_arr_eq(packet, "\x40\x02\x12\x34", 4);
}

Test(ack_write, front_goes_out_before_the_next_write_and_once)
{
    int pair[2];
    make_pair(pair);
    char got[16] = "";

    ack_write_begin(BYTES("front "));
    cr_assert_eq(write_text(pair[0], "a"), 1);
    cr_assert_eq(write_text(pair[0], "b"), 1);
    cr_assert(ack_write_end());

    cr_assert_eq(read(pair[1], got, sizeof got), 8);
    cr_assert_str_eq(got, "front ab");
    close(pair[0]);
    close(pair[1]);
}

Test(ack_write, front_not_written_is_taken_back)
{
    int pair[2];
    make_pair(pair);
    char got[16] = "";

    ack_write_begin(BYTES("front"));
    cr_assert_not(ack_write_end());
    cr_assert_eq(write_text(pair[0], "a"), 1);

    cr_assert_eq(read(pair[1], got, sizeof got), 1);
    close(pair[0]);
    close(pair[1]);
}

/* Paho sets a closed connection's socket to 0: that would be our standard input. */
Test(ack_write, standard_files_are_never_written_to)
{
    ack_write_begin(BYTES("front"));

    cr_assert_eq(write_text(STDOUT_FILENO, "a"), -1);

    cr_assert_eq(errno, EBADF);
    cr_assert_not(ack_write_end());
}

Test(ack_write, far_side_that_reads_nothing_is_cut_off)
{
    static const uint8_t many[16 * 1024 * 1024]; /* more than the kernel buffers */
    int port = 0;
    int listener = mqtt_raw_listen(&port);
    struct mqtt_raw *near = mqtt_raw_dial(port);
    struct mqtt_raw *far = mqtt_raw_accept(listener);
    fcntl(near->fd, F_SETFL, O_NONBLOCK);

    ack_write_begin((struct bytes){many, sizeof many});
    ssize_t n = write_text(near->fd, "a");

    cr_assert_eq(n, -1);
    cr_assert_eq(errno, EPIPE);
    (void)ack_write_end();
    mqtt_raw_close(&near);
    mqtt_raw_close(&far);
    close(listener);
}
