/* SPDX-License-Identifier: Apache-2.0 */
/*
 * `emgate pack`: one file that holds all a verifier needs for a process and a period.
 * It reads the gateway's stores and changes nothing; the gateway may be running.
 */
#include "cli/evidence.h"

#include "core/mem.h"
#include "core/timetext.h"
#include "evidence/pack.h"
#include "gateway.h"
#include "packing.h"

#include <stdio.h>

static int failed(const struct error *e)
{
    fprintf(stderr, "emgate pack: %s\n", e->text);
    return e->code == ERR_REJECT ? EXIT_DATA : EXIT_IO;
}

static int make(struct packing *packing, const char *path)
{
    struct buf pack;
    struct packing_counts counts = {0};
    struct error e;
    buf_init(&pack, PACK_SIZE_MAX);
    int code = EXIT_OK;
    if (packing_make(packing, &pack, &counts, &e) != ERR_OK) {
        code = failed(&e);
    } else {
        code = cli_write_file(path, &pack, false) ? EXIT_OK : EXIT_IO;
        fprintf(stderr,
                "%zu summaries, %llu of %llu records, %zu bytes; folded again %zu "
                "summaries have other bytes\n",
                counts.summaries, (unsigned long long)counts.given,
                (unsigned long long)counts.records, pack.len, counts.different);
        code = code == EXIT_OK && counts.different > 0 ? EXIT_CHECK_FAILED : code;
    }
    buf_deinit(&pack);
    return code;
}

/* Opens what the configuration names. */
static int open_and_make(const struct packing *wanted, const struct plan *plan,
                         const char *path, const char *registry_key)
{
    struct key_public key;
    struct key_public registry_keys[PACKING_REGISTRY_KEYS_MAX];
    struct outbox *outbox = NULL;
    struct error e;
    struct packing packing = *wanted;
    packing.key = &key;
    packing.registry_keys = registry_keys;
    packing.registry_key_count =
        evidence_registry_keys(plan, registry_key, registry_keys);
    packing.journal_directory = plan->journal.directory;
    int code = EXIT_OK;
    if (evidence_public_key(plan, &key, &e) != ERR_OK ||
        outbox_open_reader(plan->outbox.file, &outbox, &e) != ERR_OK) {
        code = failed(&e);
    } else {
        packing.outbox = outbox;
        code = make(&packing, path);
    }
    outbox_close(&outbox);
    return code;
}

static int run(const struct command *command, const struct arguments *arguments)
{
    const char *config = argument_value(command, arguments, "config");
    const char *path = argument_value(command, arguments, "output");
    struct packing packing = {.software = GATEWAY_SOFTWARE,
                              .process = argument_value(command, arguments, "process"),
                              .from_ns = INT64_MIN,
                              .to_ns = INT64_MAX,
                              .whole =
                                  argument_value(command, arguments, "whole") != NULL};
    if (!config || !path) {
        fprintf(stderr, "emgate pack: want -c FILE and -o FILE\n");
        return EXIT_USAGE;
    }
    if (!cli_time_option(command, arguments, "from", &packing.from_ns) ||
        !cli_time_option(command, arguments, "to", &packing.to_ns)) {
        return EXIT_USAGE;
    }
    struct bundle bundle = {0};
    struct plan *plan = gateway_read_config(config, &bundle);
    int code = EXIT_BAD_CONFIG;
    if (plan) {
        code = open_and_make(&packing, plan, path,
                             argument_value(command, arguments, "registry-key"));
    }
    plan_free(&plan);
    bundle_deinit(&bundle);
    return code;
}

static const struct command_option options[] = {
    {"config", 'c', "FILE", "the gateway's configuration: where its state is"},
    {"output", 'o', "FILE", "where the pack goes; '-': standard output"},
    {"process", 'p', "ID", "of this process only"},
    {"from", 0, "TIME", "windows from this start on"},
    {"to", 0, "TIME", "windows that start before this"},
    {"whole", 0, NULL, "every record, so that summaries can be made again from it"},
    {"registry-key", 0, "KEY", "the registry's public key, beside those of the sinks"},
    {0},
};

const struct command command_pack = {
    .name = "pack",
    .summary = "makes one file that proves summaries to others",
    .usage = "-c FILE -o FILE [--process ID] [--from TIME] [--to TIME] [--whole]",
    .help =
        "It holds signed summaries, the signed checkpoint of the journal, the records\n"
        "they rest on with the tree's hashes between, the configurations with their\n"
        "factors, public keys and the registry's receipts: docs/formats/evidence.md.\n"
        "'emgate verify FILE' judges it.  With --whole nothing is left out.",
    .options = options,
    .run = run,
};
