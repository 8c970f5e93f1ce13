/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Stands in for libFuzzer where the compiler has none: feeds an empty input, then every
 * file below the folders named on the command line, to the fuzz target once.
 */
#include "fuzz.h"

#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>

static int feed(const char *path, const struct stat *info, int kind, struct FTW *place)
{
    (void)place;
    if (kind != FTW_F) {
        return 0;
    }
    FILE *in = fopen(path, "rbe");
    size_t size = (size_t)info->st_size;
    /* Exactly as large as the input, so that a read beyond it is seen. */
    uint8_t *data = malloc(size ? size : 1);
    if (!in || !data || fread(data, 1, size, in) != size) {
        fprintf(stderr, "can't read '%s'\n", path);
        exit(1);
    }
    fclose(in);
    (void)LLVMFuzzerTestOneInput(data, size);
    free(data);
    return 0;
}

int main(int argc, char **argv)
{
    (void)LLVMFuzzerTestOneInput((const uint8_t *)"", 0);
    for (int i = 1; i < argc; i++) {
        if (nftw(argv[i], feed, 16, FTW_PHYS) != 0) {
            fprintf(stderr, "stopped in '%s'\n", argv[i]);
            return 1;
        }
    }
    return 0;
}
