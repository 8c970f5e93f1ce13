/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Writes commits of a given size, for tests/bench/journal_wear.sh to count what reaches
 * the device.
 *
 *     journal_wear DIRECTORY RECORDS_PER_COMMIT COMMITS
 */
#include "core/number.h"
#include "journal/journal.h"

#include <stdio.h>
#include <unistd.h>

#define PAYLOAD_LEN 164u /* with the record's head 200 bytes */

static int failed(const struct error *error)
{
    fprintf(stderr, "journal_wear: %s\n", error->text);
    return 1;
}

int main(int argc, char **argv)
{
    uint64_t per_commit = 0;
    uint64_t commits = 0;
    if (argc != 4 || !number_parse_u64(bytes_of(argv[2]), &per_commit) ||
        !number_parse_u64(bytes_of(argv[3]), &commits)) {
        return 64;
    }
    struct journal_settings settings = {
        .directory = argv[1], .gateway_id = "wear", .software = "wear"};
    struct journal *journal = NULL;
    struct error error = {0};
    if (journal_open(&settings, &disk_system, &clock_system, &journal, &error) !=
        ERR_OK) {
        return failed(&error);
    }
    uint8_t payload[PAYLOAD_LEN] = {7};
    for (uint64_t i = 0; i < per_commit * commits;) {
        uint64_t seq = 0;
        struct bytes bytes = {.data = payload, .len = sizeof payload};
        enum err code = journal_append(journal, RECORD_MESSAGE, bytes, &seq, &error);
        if (code != ERR_OK && code != ERR_FULL) {
            return failed(&error);
        }
        i += code == ERR_OK ? 1 : 0;
        bool due = i % per_commit == 0 || code == ERR_FULL;
        if (due && journal_commit(journal, &error) != ERR_OK) {
            return failed(&error);
        }
        if (code == ERR_FULL) {
            usleep(1000);
        }
    }
    struct journal_status status;
    journal_get_status(journal, &status);
    printf("%llu commits, %llu syncs, %llu bytes of segments\n",
           (unsigned long long)status.commits, (unsigned long long)status.syncs,
           (unsigned long long)status.bytes);
    journal_close(&journal);
    return 0;
}
