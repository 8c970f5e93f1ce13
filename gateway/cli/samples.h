/* SPDX-License-Identifier: Apache-2.0 */
/*
 * `emgate check --samples`: captured payloads that users keep beside their
 * configuration, each sample a folder with `topic.txt` (cli/topic_list.h), the payloads
 * it names and `expected.json` (cli/golden.h), decoded by the configuration's inputs.
 */
#ifndef CLI_SAMPLES_H
#define CLI_SAMPLES_H

#include "config/plan.h"

struct samples_report {
    size_t samples, differing, written; /* folders */
    size_t messages, readings;
    struct problems problems; /* each difference; the caller's from init to deinit */
};

/* Checks every sample in the folder and those below it.  `write`: a sample without a
 * golden file gets one that says what is decoded now.  False after a message on stderr:
 * the folder can't be read, or the decoder does not start. */
MUST_CHECK bool samples_check(const struct plan *plan, const char *directory, bool write,
                              struct samples_report *report);

/* The folder "samples" beside a configuration; the caller frees it. */
char *samples_beside(const char *config_path);

#endif
