/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The words of emission accounting: units that UDUNITS lacks or reads otherwise, words
 * that are refused because they mean several things, substances, currencies.
 */
#include "units/units_private.h"

/* clang-format off */
#define ENERGY     {[UNIT_KILOGRAM] = 1, [UNIT_METRE] = 2, [UNIT_SECOND] = -2}
#define NORMAL     {[UNIT_NORMAL_METRE3] = 1}
#define MASS       {[UNIT_KILOGRAM] = 1}
#define SECONDS    {[UNIT_SECOND] = 1}
#define TEMPERATURE {[UNIT_KELVIN] = 1}
#define PRESSURE   {[UNIT_KILOGRAM] = 1, [UNIT_METRE] = -1, [UNIT_SECOND] = -2}
#define NONE       {0}

static const struct word_unit word_units[] = {
    {"Nm3", 1, 1, NORMAL}, {"Nm^3", 1, 1, NORMAL}, {"m3N", 1, 1, NORMAL},
    {"kNm3", 1e3, 1, NORMAL}, {"MNm3", 1e6, 1, NORMAL},
    {"NL", 1, 1000, NORMAL}, {"Nl", 1, 1000, NORMAL},
    {"Wh", 3600, 1, ENERGY}, {"kWh", 3.6e6, 1, ENERGY}, {"MWh", 3.6e9, 1, ENERGY},
    {"GWh", 3.6e12, 1, ENERGY}, {"TWh", 3.6e15, 1, ENERGY},
    {"MMBtu", 1055055852.62, 1, ENERGY}, {"MMBTU", 1055055852.62, 1, ENERGY},
    {"a", 1, 1, {[UNIT_YEAR] = 1}}, {"y", 1, 1, {[UNIT_YEAR] = 1}},
    {"yr", 1, 1, {[UNIT_YEAR] = 1}}, {"year", 1, 1, {[UNIT_YEAR] = 1}},
    {"years", 1, 1, {[UNIT_YEAR] = 1}}, {"annum", 1, 1, {[UNIT_YEAR] = 1}},
    {"sec", 1, 1, SECONDS}, {"hrs", 3600, 1, SECONDS}, {"mins", 60, 1, SECONDS},
    {"kt", 1e6, 1, MASS}, {"Gg", 1e6, 1, MASS}, {"tonnes", 1e3, 1, MASS},
    {"short_ton", 907.18474, 1, MASS}, {"long_ton", 1016.0469088, 1, MASS},
    {"US_gal", 3.785411784, 1000, {[UNIT_METRE] = 3}},
    {"bara", 1e5, 1, PRESSURE}, {"psia", 6894.757293168361, 1, PRESSURE},
    {"mmWC", 9.80665, 1, PRESSURE}, {"mmH2O", 9.80665, 1, PRESSURE},
    {"%", 1, 100, NONE}, {"pct", 1, 100, NONE}, {"percent", 1, 100, NONE},
    {"vol%", 1, 100, NONE}, {"%vol", 1, 100, NONE}, {"wt%", 1, 100, NONE},
    {"‰", 1, 1000, NONE}, {"ppm", 1, 1e6, NONE}, {"ppmv", 1, 1e6, NONE},
    {"ppb", 1, 1e9, NONE}, {"ppbv", 1, 1e9, NONE},
    {"-", 1, 1, NONE}, {"cell", 1, 1, NONE}, {"cells", 1, 1, NONE}, {"AE", 1, 1, NONE},
    {"cell-day", 86400, 1, SECONDS}, {"cell-days", 86400, 1, SECONDS},
    {"cellday", 86400, 1, SECONDS},
};

/* Cel: the code of the unit in SenML; it has an offset, so it goes to UDUNITS. */
static const struct {
    const char *word, *reason;
} refused[] = {
    {"ton", "may be 1000, 907 or 1016 kg: write 't', 'short_ton' or 'long_ton'"},
    {"tons", "may be 1000, 907 or 1016 kg: write 't', 'short_ton' or 'long_ton'"},
    {"MT", "is megatesla to some and tonne to others: write 't' or 'Mt'"},
    {"T", "is tesla: the tonne is 't'"},
    {"TE", "may be tonne or tonne of TNT: write 't'"},
    {"Sm3", "has several reference states: convert to Nm3 (273.15 K, 101 325 Pa)"},
    {"sm3", "has several reference states: convert to Nm3 (273.15 K, 101 325 Pa)"},
    {"scf", "has several reference states: convert to Nm3 (273.15 K, 101 325 Pa)"},
    {"SCF", "has several reference states: convert to Nm3 (273.15 K, 101 325 Pa)"},
    {"scm", "has several reference states: convert to Nm3 (273.15 K, 101 325 Pa)"},
    {"nm3", "is a cubic nanometre: the normal cubic metre is 'Nm3'"},
    {"month", "has no fixed length: give hours or days"},
    {"months", "has no fixed length: give hours or days"},
    {"mo", "has no fixed length: give hours or days"},
    {"gal", "is the galileo, and as gallon has several sizes: write 'L' or 'US_gal'"},
    {"gallon", "has several sizes: write 'L' or 'US_gal'"},
    {"barg", "is gauge pressure: give absolute pressure in 'bar'"},
    {"psig", "is gauge pressure: give absolute pressure in 'psi'"},
    {"kPag", "is gauge pressure: give absolute pressure in 'kPa'"},
    {"mg%", "is not a unit of one meaning"},
};

/* What a substance may be called, and its name here. */
static const struct {
    const char *word, *name;
} substances[] = {
    {"CO2", "CO2"}, {"CO2e", "CO2e"}, {"CO2eq", "CO2e"}, {"CO2-eq", "CO2e"},
    {"CO2-e", "CO2e"}, {"CO2equivalent", "CO2e"}, {"CO2-equivalent", "CO2e"},
    {"N2O", "N2O"}, {"CH4", "CH4"}, {"CF4", "CF4"}, {"C2F6", "C2F6"}, {"CO", "CO"},
    {"C", "C"}, {"carbon", "C"}, {"N", "N"}, {"nitrogen", "N"}, {"NH3", "NH3"},
    {"HNO3", "HNO3"}, {"H2", "H2"}, {"SO2", "SO2"}, {"NOx", "NOx"}, {"SF6", "SF6"},
};

static const char *const currencies[] = {
    "XXX", "USD", "EUR", "PKR", "GBP", "CHF", "CNY", "INR", "TRY", "JPY", "KRW", "AED",
    "SAR", "QAR", "OMR", "KWD", "BHD", "EGP", "BDT", "LKR", "IDR", "MYR", "VND", "THB",
    "RUB", "UAH", "KZT", "UZS", "NOK", "SEK", "DKK", "PLN", "CZK", "HUF", "RON", "RSD",
    "BAM", "MKD", "ALL", "GEL", "AMD", "AZN", "ILS", "JOD", "MAD", "DZD", "TND", "ZAR",
    "NGN", "GHS", "KES", "MZN", "BRL", "MXN", "ARS", "CLP", "COP", "PEN", "TTD", "CAD",
    "AUD", "NZD", "SGD", "TWD", "HKD", "IRR", "IQD", "ISK",
};

static const char *const followers[] = {
    "h", "hr", "s", "min", "d", "day", "days", "K", "m", "m2", "m3", "km", "mol",
};

const char *const word_names[] = {
    "t",   "kg",  "g",   "mg",  "kt",  "Mt",   "lb",   "GJ",  "TJ",   "MJ",  "kJ",
    "J",   "PJ",  "kWh", "MWh", "GWh", "Wh",   "kW",   "MW",  "GW",   "W",   "Nm3",
    "m3",  "L",   "mL",  "kL",  "h",   "min",  "s",    "d",   "day",  "K",   "degC",
    "bar", "Pa",  "kPa", "MPa", "hPa", "mbar", "kcal", "mol", "kmol", "ppm", "%",
    "mV",  "V",   "A",   "USD", "EUR", "PKR",  "year", "Cel", "km",   "m",   NULL,
};
/* clang-format on */

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

const struct word_unit *word_unit_find(struct bytes word)
{
    for (size_t i = 0; i < COUNT(word_units); i++) {
        if (bytes_are(word, word_units[i].word)) {
            return &word_units[i];
        }
    }
    return NULL;
}

const char *word_refused(struct bytes word)
{
    for (size_t i = 0; i < COUNT(refused); i++) {
        if (bytes_are(word, refused[i].word)) {
            return refused[i].reason;
        }
    }
    return NULL;
}

const char *word_substance(struct bytes word)
{
    for (size_t i = 0; i < COUNT(substances); i++) {
        if (bytes_are(word, substances[i].word)) {
            return substances[i].name;
        }
    }
    return NULL;
}

bool word_is_currency(struct bytes word)
{
    for (size_t i = 0; i < COUNT(currencies); i++) {
        if (bytes_are(word, currencies[i])) {
            return true;
        }
    }
    return false;
}

bool word_follows(struct bytes word)
{
    for (size_t i = 0; i < COUNT(followers); i++) {
        if (bytes_are(word, followers[i])) {
            return true;
        }
    }
    return false;
}

/* One letter may be the name of a thing (C, A, N); of these only t and g are units so
 * common that they count. */
bool word_is_common(struct bytes word)
{
    if (word.len == 1) {
        return word.data[0] == 't' || word.data[0] == 'g';
    }
    for (size_t i = 0; word_names[i]; i++) {
        if (bytes_are(word, word_names[i])) {
            return true;
        }
    }
    return false;
}
