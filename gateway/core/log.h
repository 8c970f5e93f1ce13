/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One line a record on stderr: stable id, key=value pairs, words.  Only loops,
 * boot and the command line log; leaves return errors.  Any thread.
 *
 *   error  someone must act          warn   we coped, but look
 *   info   life cycle, once          debug  per message, off by default
 *
 * The same id is printed at most LOG_BURST times a minute; the next minute's
 * first line says how many were left out.
 */
#ifndef CORE_LOG_H
#define CORE_LOG_H

#include "core/check.h"

#include <stdbool.h>

/* LOG_NOTHING: for log_configure() only. */
enum log_level { LOG_NOTHING = -1, LOG_ERROR, LOG_WARN, LOG_INFO, LOG_DEBUG };

#define LOG_BURST 10

/* What is printed and how; called once at start, before threads. */
void log_configure(enum log_level most, bool json);

/* What the macros below call. */
void log_at(enum log_level level, const char *id, const char *format, ...)
    PRINTF_LIKE(3, 4);

#define log_error(id, ...) log_at(LOG_ERROR, (id), __VA_ARGS__)
#define log_warn(id, ...) log_at(LOG_WARN, (id), __VA_ARGS__)
#define log_info(id, ...) log_at(LOG_INFO, (id), __VA_ARGS__)
#define log_debug(id, ...) log_at(LOG_DEBUG, (id), __VA_ARGS__)

#endif
