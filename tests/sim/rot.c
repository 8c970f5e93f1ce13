/* SPDX-License-Identifier: Apache-2.0 */
/* Turns a bit of a group and notes what that costs. */
#include "rot.h"

#include "check.h"
#include "groups.h"

#include <stdio.h>

static bool turn_bit(struct world *world, const struct groups_place *place,
                     uint64_t random)
{
    char path[64];
    snprintf(path, sizeof path, WORLD_JOURNAL "/%010llu.seg",
             (unsigned long long)place->segment);
    uint64_t offset = place->offset + random / 8 % place->len;
    struct disk disk = fault_disk_seam(world->faults);
    struct error e;
    uint8_t byte = 0;
    size_t got = 0;
    int file = 0;
    if (disk.open(disk.ctx, path, DISK_WRITE, &file, &e) != ERR_OK) {
        return false;
    }
    enum err err = disk.read(disk.ctx, file, offset, &byte, 1, &got, &e);
    byte ^= (uint8_t)(1U << random % 8);
    if (err == ERR_OK) {
        err = disk.write(disk.ctx, file, offset, (struct bytes){&byte, 1}, &e);
    }
    if (err == ERR_OK) {
        err = disk.sync(disk.ctx, file, &e);
    }
    disk.close(disk.ctx, file);
    return err == ERR_OK;
}

static void note_lost(struct world *world, const struct groups_place *place)
{
    for (uint64_t seq = place->first_seq; seq <= place->last_seq; seq++) {
        struct plant_message *m = world->holds[seq];
        world->rotten[seq] = true;
        if (m) {
            m->rotten = true;
        }
    }
    world->rots++;
}

/* A configuration that was not folded yet may not go: what comes behind it would be
 * folded by another one, and that is no fault of the journal. */
static bool may_go(const struct world *world, const struct groups_place *place)
{
    for (uint64_t seq = place->first_seq; seq <= place->last_seq; seq++) {
        if (world->configures[seq]) {
            return false;
        }
    }
    return true;
}

void rot_group(struct world *world, uint64_t random)
{
    struct groups_place place;
    check_directory(world);
    bool found =
        groups_pick(world->faults, WORLD_JOURNAL, WORLD_SEEN_MAX, random >> 32, &place);
    if (found && may_go(world, &place) && turn_bit(world, &place, random)) {
        note_lost(world, &place);
    }
}
