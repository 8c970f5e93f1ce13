/* SPDX-License-Identifier: Apache-2.0 */
/* Sheet A_InstData: period, installation, goods and routes, processes. */
#include "report/xlsx/book.h"

#include "core/clock.h"
#include "core/zone.h"

#define GOODS_ROW 62
#define PROCESS_ROW 83
#define ROWS_MAX 10

static int64_t local_s(const struct zone *zone, int64_t ns)
{
    int64_t utc_s = ns / NS_PER_S;
    return utc_s + (zone ? zone_offset_at(zone, utc_s) : 0);
}

/* The last day is in the period. */
static void write_period(struct book *book, const struct report *report)
{
    const char *name = report->outline->identity.time_zone;
    struct zone *zone = NULL;
    struct error e;
    if (name && zone_open(bytes_of(name), &zone, &e) != ERR_OK) {
        zone = NULL;
    }
    book_label(book, "E", 9, "Reporting period: first day (I), last day (L)");
    book_day(book, "I", 9, local_s(zone, report->from_ns));
    book_day(book, "L", 9, local_s(zone, report->to_ns - 1));
    zone_close(&zone);
}

static void write_identity(struct book *book, const struct report_identity *i)
{
    const char *lines[][2] = {
        {"Name of the installation", i->name_native},
        {"Name of the installation (English)", i->name},
        {"Street, number", i->address},
        {"Economic activity", i->economic_activity},
        {"Post code", i->post_code},
        {"P.O. box", i->po_box},
        {"City", i->city},
        {"Country", i->country},
        {"UN/LOCODE", i->unlocode},
        {"Latitude", i->latitude},
        {"Longitude", i->longitude},
        {"Authorised representative", i->representative},
        {"Email", i->email},
        {"Telephone", i->telephone},
    };
    for (size_t n = 0; n < sizeof lines / sizeof lines[0]; n++) {
        book_label(book, "E", 19 + n, lines[n][0]);
        book_text(book, "I", 19 + n, lines[n][1]);
    }
}

/* True when an earlier process has the same category and route. */
static bool is_known_good(const struct report *report, size_t index)
{
    const struct process_total *process = &report->processes[index];
    for (size_t i = 0; i < index; i++) {
        const struct process_total *other = &report->processes[i];
        if (strcmp(xlsx_name(other->category, ""), xlsx_name(process->category, "")) ==
                0 &&
            strcmp(xlsx_name(other->route, ""), xlsx_name(process->route, "")) == 0) {
            return true;
        }
    }
    return false;
}

static void write_goods(struct book *book, const struct report *report)
{
    size_t row = GOODS_ROW;
    book_label(book, "E", GOODS_ROW - 1, "Category of goods (E), route (I)");
    for (size_t i = 0; i < report->process_count && row < GOODS_ROW + ROWS_MAX; i++) {
        char category[REPORT_UNIT_MAX];
        if (!is_known_good(report, i)) {
            const struct process_total *process = &report->processes[i];
            book_text(book, "E", row, xlsx_category(process->category, category));
            book_text(book, "I", row, process->route);
            row++;
        }
    }
}

void xlsx_installation(struct book *book, const struct report *report)
{
    book_sheet(book, "A_InstData");
    write_period(book, report);
    write_identity(book, &report->outline->identity);
    write_goods(book, report);
    book_label(book, "E", PROCESS_ROW - 1,
               "Process: category (E), included goods (F), name (L)");
    for (size_t i = 0; i < report->process_count && i < ROWS_MAX; i++) {
        const struct process_total *process = &report->processes[i];
        char category[REPORT_UNIT_MAX];
        book_text(book, "E", PROCESS_ROW + i, xlsx_category(process->category, category));
        book_text(book, "F", PROCESS_ROW + i, "Only direct production");
        book_text(book, "L", PROCESS_ROW + i, xlsx_name(process->name, process->id));
    }
    xlsx_precursor_list(book, report);
}
