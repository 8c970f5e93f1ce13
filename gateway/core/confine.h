/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A program takes from itself what it will not need: files outside its directories can't
 * be changed (Landlock), other programs can't be started, processes not be looked into,
 * the system not be changed (seccomp), and its memory, with keys in it, is not written
 * out when it crashes.  Threads and children inherit it; there is no way back.
 *
 * Called once, before threads.  What the kernel does not know is left out, and told.
 */
#ifndef CORE_CONFINE_H
#define CORE_CONFINE_H

#include "core/bytes.h"
#include "core/error.h"

struct confined {
    int landlock; /* the kernel's version of it; 0: files are not confined */
    bool seccomp; /* system calls are */
};

/* Files may be changed below these directories only; one that is not there counts as the
 * one above it.  ERR_SYSTEM: the kernel knows it but refused. */
enum err confine(const char *const *directories, size_t count,
                 struct confined *ret_confined, struct error *e) MUST_CHECK;

#endif
