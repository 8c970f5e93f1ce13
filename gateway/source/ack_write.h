/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Several acknowledgements in one write: bytes that are put in front of the next
 * thing Paho writes on this thread, by wrapping writev() and SSL_write() as Paho
 * calls them.  A PUBACK with success is the same four bytes in MQTT 3.1.1 and 5.
 *
 * Only for plain TCP and TLS; a WebSocket frame would be broken by it.
 */
#ifndef SOURCE_ACK_WRITE_H
#define SOURCE_ACK_WRITE_H

#include "core/bytes.h"

#define ACK_WRITE_PACKET 4 /* bytes of a PUBACK */
#define ACK_WRITE_MAX 1024 /* acknowledgements in front of one write */

/* Sets what goes in front of this thread's next write.  Borrowed until
 * ack_write_end(). */
void ack_write_begin(struct bytes front);

/* True when it was written, whole.  Takes it back otherwise. */
bool ack_write_end(void);

/* A PUBACK of this message id, success. */
void ack_write_packet(uint8_t packet[ACK_WRITE_PACKET], uint16_t message_id);

#endif
