/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a message costs: the tokenizer, and a mapping with it, against jansson parsing the
 * same bytes, in one run on one machine.  Only the ratios mean something.
 *
 * usage: bench_json MAPPING TOPIC PAYLOAD [ROUNDS]
 */
#include "core/mem.h"
#include "core/number.h"
#include "decode/decode.h"
#include "tape.h"

#include <jansson.h>
#include <stdio.h>
#include <time.h>

#define FILE_MAX ((size_t)4 << 20)
#define ARENA_SIZE ((size_t)8 << 20)
#define PASSES 5

static double cpu_s(void)
{
    struct timespec now;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static struct bytes read_file(const char *path)
{
    FILE *in = fopen(path, "rbe");
    uint8_t *data = mem_array(FILE_MAX, 1);
    if (!in) {
        fprintf(stderr, "can't read '%s'\n", path);
        return (struct bytes){.data = data};
    }
    size_t len = fread(data, 1, FILE_MAX, in);
    fclose(in);
    return (struct bytes){.data = data, .len = len};
}

struct bench {
    struct decoder *decoder;
    struct message message;
    struct arena arena;
    uint64_t rounds;
};

static double time_jansson(struct bench *b)
{
    double start = cpu_s();
    for (uint64_t i = 0; i < b->rounds; i++) {
        json_t *root = json_loadb((const char *)b->message.payload.data,
                                  b->message.payload.len, JSON_REJECT_DUPLICATES, NULL);
        ASSERT(root);
        json_decref(root);
    }
    return (cpu_s() - start) / (double)b->rounds;
}

static double time_tape(struct bench *b)
{
    double start = cpu_s();
    for (uint64_t i = 0; i < b->rounds; i++) {
        struct tape tape;
        arena_reset(&b->arena);
        enum err err =
            tape_parse(b->message.payload, TAPE_DEPTH_DEFAULT, &b->arena, &tape, NULL);
        ASSERT(err == ERR_OK);
    }
    return (cpu_s() - start) / (double)b->rounds;
}

static double time_mapping(struct bench *b, size_t *ret_readings)
{
    double start = cpu_s();
    for (uint64_t i = 0; i < b->rounds; i++) {
        struct decoding decoding;
        arena_reset(&b->arena);
        decoder_decode(b->decoder, &b->message, &b->arena, &decoding);
        *ret_readings = decoding.count;
    }
    return (cpu_s() - start) / (double)b->rounds;
}

static double least(double a, double b)
{
    return b < a ? b : a;
}

static void run(struct bench *b)
{
    double jansson = 1;
    double tape = 1;
    double mapping = 1;
    size_t readings = 0;
    for (int i = 0; i < PASSES; i++) {
        jansson = least(jansson, time_jansson(b));
        tape = least(tape, time_tape(b));
        mapping = least(mapping, time_mapping(b, &readings));
    }
    printf("%zu bytes, %zu readings: jansson %.2f us, tokenizer %.2f us (%.1f times as "
           "fast), with mapping %.2f us (%.1f times)\n",
           b->message.payload.len, readings, jansson * 1e6, tape * 1e6, jansson / tape,
           mapping * 1e6, jansson / mapping);
}

int main(int argc, char **argv)
{
    struct problems problems;
    struct error e = {0};
    struct bench b = {.rounds = 20000};
    if (argc < 4 || (argc > 4 && !number_parse_u64(bytes_of(argv[4]), &b.rounds))) {
        fprintf(stderr, "usage: bench_json MAPPING TOPIC PAYLOAD [ROUNDS]\n");
        return 64;
    }
    struct bytes mapping = read_file(argv[1]);
    struct bytes payload = read_file(argv[3]);
    problems_init(&problems);
    struct document *document = document_parse(argv[1], mapping, &problems);
    struct plan_route route = {.topic = "#",
                               .adapter = adapter_find(BYTES("map")),
                               .settings = document_root(document)};
    if (problems.count || decoder_open(&route, 1, &b.decoder, &e)) {
        fprintf(stderr, "%s: %s\n", argv[1], e.text);
        return 78;
    }
    arena_init(&b.arena, ARENA_SIZE);
    b.message = (struct message){.topic = bytes_of(argv[2]),
                                 .payload = payload,
                                 .received_ns = INT64_C(1785340800) * 1000000000};
    run(&b);
    decoder_close(&b.decoder);
    document_free(&document);
    arena_deinit(&b.arena);
    return 0;
}
