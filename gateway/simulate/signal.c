/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Signals in closed form: the value at any time needs no history, so a simulation that
 * starts later shows the same plant.
 *
 * The day's swing is a pair of parabolas, w(x) = 4x(1 - |x|) for x from -1 to 1, which
 * needs no library function and has a simple integral, W(x) = 2x^2 - 4|x|^3/3 - 2/3.
 */
#include "simulate/signal.h"

#include "core/clock.h"

#include <math.h>

#define NS_PER_DAY (24 * NS_PER_HOUR)
/* 2020-01-01, where meters began to count. */
#define METERS_BEGAN_NS (INT64_C(1577836800) * NS_PER_S)

uint64_t signal_hash(uint64_t seed, uint64_t number)
{
    /* SplitMix64. */
    uint64_t z = seed + (number + 1) * UINT64_C(0x9e3779b97f4a7c15);
    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    return z ^ (z >> 31);
}

static int64_t floor_divide(int64_t a, int64_t b)
{
    return a / b - (a % b < 0 ? 1 : 0);
}

/* Noise of the sample at this time, -1 to 1. */
static double noise_at(const struct signal *signal, int64_t at_ns)
{
    int64_t index = floor_divide(at_ns, signal->interval_ns);
    uint64_t bits = signal_hash(signal->seed, (uint64_t)index) >> 11;
    return (double)bits / (double)(UINT64_C(1) << 52) - 1;
}

/* Where in the day, -1 to 1. */
static double day_phase(int64_t at_ns)
{
    int64_t in_day = at_ns - floor_divide(at_ns, NS_PER_DAY) * NS_PER_DAY;
    return 2 * ((double)in_day / (double)NS_PER_DAY) - 1;
}

static double wave(double x)
{
    return 4 * x * (1 - fabs(x));
}

static double wave_integral(double x)
{
    return 2 * x * x - 4 * fabs(x) * x * x / 3 - 2.0 / 3;
}

static int64_t value_milli(const struct signal *signal, int64_t at_ns)
{
    double value = signal->base + signal->swing * wave(day_phase(at_ns)) +
                   signal->noise * noise_at(signal, at_ns);
    return llround(value > 0 ? value * SIGNAL_MILLI : 0);
}

/* What a meter that is never set back has counted; noise moves each sample by up to half
 * of what it may add to the growth of one interval. */
static int64_t counted_milli(const struct signal *signal, int64_t at_ns)
{
    double hours = (double)(at_ns - METERS_BEGAN_NS) / (double)NS_PER_HOUR;
    double interval = (double)signal->interval_ns / (double)NS_PER_HOUR;
    double counted = signal->base * hours +
                     signal->swing * 12 * wave_integral(day_phase(at_ns)) +
                     signal->noise * interval / 2 * noise_at(signal, at_ns);
    return llround(counted * SIGNAL_MILLI);
}

/* The sample just before the last reset, which therefore is the meter's zero. */
static int64_t reset_base_milli(const struct signal *signal, int64_t at_ns)
{
    int64_t every_ns = signal->reset_every_ns;
    int64_t shift_ns = (int64_t)(signal->seed % (uint64_t)every_ns);
    int64_t reset_ns = floor_divide(at_ns + shift_ns, every_ns) * every_ns - shift_ns;
    return counted_milli(signal, signal_first(signal, reset_ns) - signal->interval_ns);
}

static int64_t meter_milli(const struct signal *signal, int64_t at_ns)
{
    int64_t shown = counted_milli(signal, at_ns);
    if (signal->reset_every_ns > 0) {
        shown -= reset_base_milli(signal, at_ns);
    }
    if (signal->wrap_milli > 0) {
        shown -= floor_divide(shown, signal->wrap_milli) * signal->wrap_milli;
    }
    return shown;
}

/* A delivery brings what was due since the last one. */
static int64_t amount_milli(const struct signal *signal, int64_t at_ns)
{
    double interval = (double)signal->interval_ns / (double)NS_PER_HOUR;
    return llround((double)value_milli(signal, at_ns) * interval);
}

int64_t signal_first(const struct signal *signal, int64_t at_ns)
{
    return -floor_divide(-at_ns, signal->interval_ns) * signal->interval_ns;
}

int64_t signal_shown(const struct signal *signal, int64_t at_ns)
{
    switch (signal->kind) {
    case POINT_COUNTER:
        return meter_milli(signal, at_ns);
    case POINT_AMOUNT:
        return amount_milli(signal, at_ns);
    case POINT_STATE:
        return signal->base >= 0.5 ? SIGNAL_MILLI : 0;
    case POINT_RATE:
    case POINT_LEVEL:
    case POINT_GAUGE:
        return value_milli(signal, at_ns);
    }
    UNREACHABLE();
}

/* The sample that holds at `at_ns`: the last one at or before it. */
static int64_t holding(const struct signal *signal, int64_t at_ns)
{
    return floor_divide(at_ns, signal->interval_ns) * signal->interval_ns;
}

/* Sum of value times time, in thousandths of unit times hours. */
static double held(const struct signal *signal, int64_t from_ns, int64_t to_ns)
{
    static const int64_t ms_per_hour = NS_PER_HOUR / NS_PER_MS;
    int64_t whole = 0; /* thousandths times ms: exact */
    int64_t at_ns = holding(signal, from_ns);
    for (; at_ns < to_ns; at_ns += signal->interval_ns) {
        int64_t start_ns = at_ns > from_ns ? at_ns : from_ns;
        int64_t end_ns = at_ns + signal->interval_ns;
        end_ns = end_ns < to_ns ? end_ns : to_ns;
        whole += signal_shown(signal, at_ns) * ((end_ns - start_ns) / NS_PER_MS);
    }
    return (double)whole / (double)ms_per_hour;
}

/* What the meter had counted at any time: evenly between samples. */
static double counted_at(const struct signal *signal, int64_t at_ns, int64_t base)
{
    int64_t before_ns = holding(signal, at_ns);
    int64_t before = counted_milli(signal, before_ns) - base;
    if (before_ns == at_ns) {
        return (double)before;
    }
    int64_t after = counted_milli(signal, before_ns + signal->interval_ns) - base;
    double part = (double)(at_ns - before_ns) / (double)signal->interval_ns;
    return (double)before + (double)(after - before) * part;
}

static double summed(const struct signal *signal, int64_t from_ns, int64_t to_ns,
                     size_t *ret_count)
{
    int64_t whole = 0;
    size_t count = 0;
    int64_t at_ns = signal_first(signal, from_ns);
    for (; at_ns < to_ns; at_ns += signal->interval_ns) {
        whole += signal_shown(signal, at_ns);
        count++;
    }
    *ret_count = count;
    return (double)whole;
}

static double quantity_milli(const struct signal *signal, int64_t from_ns, int64_t to_ns)
{
    size_t count = 0;
    double sum = 0;
    switch (signal->kind) {
    case POINT_RATE:
        return held(signal, from_ns, to_ns);
    case POINT_COUNTER: {
        int64_t base = counted_milli(signal, holding(signal, from_ns));
        return counted_at(signal, to_ns, base) - counted_at(signal, from_ns, base);
    }
    case POINT_AMOUNT:
        return summed(signal, from_ns, to_ns, &count);
    case POINT_GAUGE:
        sum = summed(signal, from_ns, to_ns, &count);
        return count > 0 ? sum / (double)count : 0;
    case POINT_LEVEL:
        return (double)(signal_shown(signal, holding(signal, from_ns)) -
                        signal_shown(signal, holding(signal, to_ns)));
    case POINT_STATE:
        return (double)signal_shown(signal, from_ns);
    }
    UNREACHABLE();
}

double signal_quantity(const struct signal *signal, int64_t from_ns, int64_t to_ns)
{
    ASSERT(signal->interval_ns > 0 && from_ns <= to_ns);
    return quantity_milli(signal, from_ns, to_ns) / SIGNAL_MILLI;
}
