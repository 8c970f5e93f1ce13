/* SPDX-License-Identifier: Apache-2.0 */
/* Edit distance between names. */
#include "core/nearest.h"

#define NAME_MAX_LEN 64

static size_t least(size_t a, size_t b, size_t c)
{
    size_t ab = a < b ? a : b;
    return ab < c ? ab : c;
}

/* Edit distance by the usual row at a time; names longer than a row are far. */
static size_t distance(struct bytes a, struct bytes b)
{
    size_t row[NAME_MAX_LEN + 1];
    if (a.len > NAME_MAX_LEN || b.len > NAME_MAX_LEN) {
        return SIZE_MAX;
    }
    for (size_t j = 0; j <= b.len; j++) {
        row[j] = j;
    }
    for (size_t i = 1; i <= a.len; i++) {
        size_t diagonal = row[0];
        row[0] = i;
        for (size_t j = 1; j <= b.len; j++) {
            size_t above = row[j];
            size_t change = diagonal + (a.data[i - 1] == b.data[j - 1] ? 0 : 1);
            row[j] = least(above + 1, row[j - 1] + 1, change);
            diagonal = above;
        }
    }
    return row[b.len];
}

const char *nearest_name(const char *const *names, struct bytes wanted)
{
    const char *best = NULL;
    size_t best_distance = wanted.len / 2 + 2;
    for (; *names; names++) {
        size_t d = distance(bytes_of(*names), wanted);
        if (d < best_distance) {
            best = *names;
            best_distance = d;
        }
    }
    return best;
}
