/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the registry asks of a message before it believes it: the bytes say what we
 * read from them and nothing else.
 */
#ifndef REGISTRY_STRICT_H
#define REGISTRY_STRICT_H

#include "core/bytes.h"
#include "core/error.h"

#include <protobuf-c/protobuf-c.h>

/* ERR_REJECT with a reason: "unknown_field", "not_finite", "not_utf8", or "not_shortest"
 * where `bytes` hold a field twice, a default written out or a number in a longer form
 * than needed. */
enum err strict_check(const ProtobufCMessage *message, struct bytes bytes,
                      struct error *e) MUST_CHECK;

#endif
