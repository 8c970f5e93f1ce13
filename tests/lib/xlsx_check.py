# SPDX-License-Identifier: Apache-2.0
"""Reads a workbook with the standard library alone, and compares the cells of the
Commission's communication template with a report as JSON."""
import datetime
import re
import xml.etree.ElementTree as tree
import zipfile

SPACE = {"m": "http://schemas.openxmlformats.org/spreadsheetml/2006/main"}
RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
SHEETS = ("A_InstData", "B_EmInst", "C_Emissions&Energy", "D_Processes",
          "E_PurchPrec", "Summary_Processes", "Summary_Products", "Summary_Communication")
IDENTITY = ("name_native", "name", "address", "economic_activity", "post_code", "po_box",
            "city", "country", "unlocode", "latitude", "longitude",
            "authorised_representative", "email", "telephone")
CALCULATED = {"combustion": "Combustion", "flare": "Combustion",
              "mass_balance": "Mass balance"}
PFC = ("pfc_slope", "pfc_overvoltage")
MEASURED = ("cems", "cems_nitric_acid")
FACTORS = (("H", "ncv", 1), ("J", "emission_factor", 1), ("L", "carbon_content", 1),
           ("N", "oxidation_factor", 100), ("P", "conversion_factor", 100))
PFC_FACTORS = (("AG", "frequency", 1), ("AH", "duration", 1), ("AI", "sef_cf4", 1),
               ("AM", "f_c2f6", 1), ("AT", "collection_efficiency", 100))
PARAMETERS = (
    ("P", "reducing_agent", 1), ("Q", "steel_mill_number", 1), ("R", "manganese", 100),
    ("S", "chromium", 100), ("T", "nickel", 100), ("U", "other_alloys", 100),
    ("V", "carbon", 100), ("W", "scrap_ratio", 1), ("X", "pre_consumer_scrap", 100),
    ("Y", "clinker_ratio", 100), ("Z", "purity", 100), ("AA", "concentration", 100),
    ("AB", "nitrogen", 100), ("AC", "nitrogen_ammonium", 100),
    ("AD", "nitrogen_nitrate", 100), ("AE", "nitrogen_urea", 100),
    ("AF", "nitrogen_organic", 100), ("AG", "other_elements", 100))


def read(path):
    """{sheet: {cell: text, number or bool}}"""
    with zipfile.ZipFile(path) as book:
        strings = []
        if "xl/sharedStrings.xml" in book.namelist():
            root = tree.fromstring(book.read("xl/sharedStrings.xml"))
            strings = ["".join(t.text or "" for t in item.iter(f"{{{SPACE['m']}}}t"))
                       for item in root.findall("m:si", SPACE)]
        targets = {r.get("Id"): r.get("Target") for r in
                   tree.fromstring(book.read("xl/_rels/workbook.xml.rels"))}
        sheets = tree.fromstring(book.read("xl/workbook.xml")).find("m:sheets", SPACE)
        return {sheet.get("name"): cells(book.read("xl/" + targets[sheet.get(RELATION)]),
                                         strings) for sheet in sheets}


def cells(data, strings):
    found = {}
    for cell in tree.fromstring(data).iter(f"{{{SPACE['m']}}}c"):
        value = cell.find("m:v", SPACE)
        if value is None:
            continue
        kind = cell.get("t")
        found[cell.get("r")] = (strings[int(value.text)] if kind == "s" else
                                value.text == "1" if kind == "b" else float(value.text))
    return found


def written(number):
    """What a cell has of a number: 16 significant digits."""
    return None if number is None else float(f"{number:.16g}")


def determined(precursor, consumed, by_default):
    """Column M: whose values they are."""
    direct = precursor["specific_embedded_emissions_direct"]["exact"]
    if direct is None:
        return "Unknown"
    all_of_it = by_default and by_default >= direct * consumed * (1 - 1e-9)
    return "Default" if all_of_it else "Measured"


class Check:
    def __init__(self, path, report):
        self.book = read(path)
        self.report = report
        self.count = 0

    def expect(self, sheet, cell, value):
        found = self.book[sheet].get(cell)
        value = written(value) if isinstance(value, float) else value
        assert found == value, f"{sheet}!{cell}: {found!r} for {value!r}"
        self.count += 1

    def near(self, sheet, cell, value):
        """For what the workbook calculates on its way, such as a share in percent."""
        found = self.book[sheet].get(cell)
        if value is None:
            assert found is None, f"{sheet}!{cell}: {found!r} for nothing"
        else:
            assert abs(found - value) <= 1e-12 * max(abs(value), 1), (sheet, cell, found)
        self.count += 1

    def day(self, cell, day):
        self.expect("A_InstData", cell,
                    float((day - datetime.date(1899, 12, 30)).days))

    # ---- sheets ----

    def installation(self, first, last):
        place = self.report["installation"]
        if first:
            self.day("I9", first)
            self.day("L9", last)
        for i, key in enumerate(IDENTITY):
            self.expect("A_InstData", f"I{19 + i}", place.get(key))
        for i, process in enumerate(self.report["production_processes"][:10]):
            self.expect("A_InstData", f"L{83 + i}",
                        process.get("name", process["identifier"]))

    def factor(self, stream, name):
        return next((f for f in stream["calculation_factors"] if f["name"] == name), {})

    def common(self, stream, row):
        if "activity_data" in stream:
            self.expect("B_EmInst", f"F{row}", stream["activity_data"]["exact"])
            self.expect("B_EmInst", f"G{row}",
                        stream["activity_data"]["unit"].replace(" ", ""))
        self.expect("B_EmInst", f"AU{row}", stream["emissions"]["exact"])

    def factors(self, stream, row, table):
        for column, name, scale in table:
            value = self.factor(stream, name).get("value")
            if column == "J" and value is None:
                continue
            self.near("B_EmInst", f"{column}{row}",
                      None if value is None else value * scale)

    def calculated(self, stream, row):
        self.common(stream, row)
        self.expect("B_EmInst", f"D{row}",
                    CALCULATED.get(stream["method"], "Process emissions"))
        self.expect("B_EmInst", f"E{row}", stream.get("name", stream["identifier"]))
        self.factors(stream, row, FACTORS)
        share = self.factor(stream, "biomass_fraction").get("value")
        held = self.factor(stream, "biomass_evidence").get("value", 0)
        self.near("B_EmInst", f"R{row}", None if share is None else 100 * share * held)
        self.near("B_EmInst", f"T{row}",
                  None if share is None else 100 * share * (1 - held))
        unit = self.factor(stream, "emission_factor").get("unit")
        if unit:
            self.expect("B_EmInst", f"K{row}", unit.replace(" ", ""))

    def measured(self, stream, row):
        """Concentration, hours and flow give the mass again (eq. 16)."""
        mass = self.book["B_EmInst"]
        tonnes = mass[f"V{row}"] * mass[f"X{row}"] * mass[f"Z{row}"] / 1000
        gwp = 265 if mass[f"E{row}"] == "N2O" else 1
        assert abs(tonnes * gwp - stream["emissions"]["exact"]) <= 1e-9 * tonnes * gwp
        self.expect("B_EmInst", f"AU{row}", stream["emissions"]["exact"])

    def streams(self):
        rows = {"calculated": 17, "pfc": 98, "measured": 113}
        for process in self.report["production_processes"]:
            for stream in process["source_streams"]:
                if stream["term"] != "direct":
                    continue
                if stream["method"] in PFC:
                    self.common(stream, rows["pfc"])
                    self.factors(stream, rows["pfc"], PFC_FACTORS)
                    rows["pfc"] += 1
                elif stream["method"] in MEASURED:
                    self.measured(stream, rows["measured"])
                    rows["measured"] += 1
                else:
                    self.calculated(stream, rows["calculated"])
                    rows["calculated"] += 1
        for row in rows.values():
            assert f"E{row}" not in self.book["B_EmInst"] or row in (98, 113), row

    def balances(self):
        direct = self.report["total_direct_emissions"]
        indirect = self.report["total_indirect_emissions"]
        for cell, total in (("L25", direct), ("L27", direct), ("M26", indirect)):
            value = total["value"]
            self.expect("C_Emissions&Energy", cell,
                        None if value is None else float(value))
        total = self.book["C_Emissions&Energy"].get("N27")
        if direct["exact"] is None or indirect["exact"] is None:
            assert total is None, total
        else:
            assert abs(total - direct["exact"] - indirect["exact"]) <= 0.5 + 1e-6, total

    def processes(self):
        for i, process in enumerate(self.report["production_processes"][:10]):
            head = 11 + 65 * i
            terms = process["attribution"]
            self.expect("D_Processes", f"L{head + 13}",
                        process["activity_level"]["exact"])
            self.expect("D_Processes", f"L{head + 43}",
                        terms.get("direct", {"exact": 0.0})["exact"])
            if "electricity_consumed" in process:
                power = process["electricity_consumed"]["exact"]
                self.expect("D_Processes", f"L{head + 54}", power)
                if power:
                    self.near("D_Processes", f"L{head + 55}",
                              terms["attributed_indirect"]["exact"] / power)

    def precursors(self):
        """Bought ones have a block each, what is made inside a row of its maker's."""
        block = 0
        made = {p["identifier"]: p["activity_level"]["exact"]
                for p in self.report["production_processes"]}
        for number, process in enumerate(self.report["production_processes"]):
            for precursor in process.get("precursors", []):
                consumed = precursor["quantity_consumed"]["exact"]
                if "made_by_process" in precursor:
                    made[precursor["made_by_process"]] -= consumed
                    continue
                head = 14 + 44 * block
                self.expect("E_PurchPrec", f"L{head + 3}", consumed)
                self.expect("E_PurchPrec", f"L{head + 14 + number}", consumed)
                for offset, word in ((35, "direct"), (38, "indirect")):
                    self.near("E_PurchPrec", f"L{head + offset}", precursor[
                        f"specific_embedded_emissions_{word}"]["exact"])
                by_default = precursor["embedded_emissions_by_default_values"]["exact"]
                self.expect("E_PurchPrec", f"M{head + 35}",
                            determined(precursor, consumed, by_default))
                self.expect("A_InstData", f"L{102 + block}",
                            precursor.get("name", precursor["identifier"]))
                block += 1
        for i, process in enumerate(self.report["production_processes"][:10]):
            self.near("D_Processes", f"L{11 + 65 * i + 16}", made[process["identifier"]])

    def products(self):
        """A row for each good; for a process that tells of none, one."""
        for sheet in ("Summary_Products", "Summary_Communication"):
            row = 10
            for process in self.report["production_processes"]:
                for good in process.get("goods", [process]):
                    self.product(sheet, row, process, good)
                    row += 1
            assert f"D{row}" not in self.book[sheet], row

    def product(self, sheet, row, process, good):
        name = process.get("name", process["identifier"])
        self.expect(sheet, f"D{row}", name)
        self.expect(sheet, f"F{row}", good.get("cn_code"))
        self.expect(sheet, f"H{row}", good.get("name", good["identifier"]))
        for column, word in (("I", "direct"), ("J", "indirect"), ("K", "total")):
            value = process["specific_embedded_emissions_" + word]["value"]
            self.expect(sheet, f"{column}{row}", None if value is None else float(value))
        told = {p["name"]: p for p in good.get("sector_parameters", [])}
        for column, parameter, scale in PARAMETERS:
            found = told.pop(parameter, {})
            if "word" in found:
                self.expect(sheet, f"{column}{row}", found["word"])
            else:
                value = found.get("value")
                self.near(sheet, f"{column}{row}",
                          None if value is None else value * scale)
        assert not told, told

    def all(self, first=None, last=None):
        """Every cell; the number of those compared.  `last` is in the period."""
        assert set(SHEETS) <= set(self.book), sorted(self.book)
        assert not re.search("nan|inf", str(self.book), re.I)
        self.installation(first, last)
        self.streams()
        self.balances()
        self.processes()
        self.precursors()
        self.products()
        return self.count
