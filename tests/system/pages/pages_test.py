# SPDX-License-Identifier: Apache-2.0
"""The gateway's page in a real Chromium on a cement plant, from a tonne's origin
to what a screen reader would stumble over; pictures go to FOLDER.  Exit 77: no Chromium.
    pages_test.py EMGATE REGISTRY FOLDER"""
import hashlib
import json
import os
import re
import subprocess
import sys
import time
import urllib.request

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(os.path.dirname(os.path.dirname(HERE)), "lib"))
from browser import ENTER, ESCAPE, Browser, available  # noqa: E402
from page_plant import HOSTILE, TURNED, PagePlant  # noqa: E402

WEIGHT_MAX = 300_000
SHEET = "document.querySelector('#sheet')"
STEPS = """opens tells_the_truth explains_in_three_clicks goes_by_keyboard turns_months
lists_points tells_what_the_doctor_finds tries_a_mapping shows_a_points_last_error
survives_hostile_names enters_by_hand enters_a_result acknowledges looks_right
tells_when_the_daemon_is_gone"""
REGISTRY_STEPS = """opens shows_a_process compares_and_exports keeps_a_pack rolls_up
looks_right asks_for_a_token tells_when_it_is_gone"""
CONTRAST = ("color-contrast",)  # looked at elsewhere; it takes long
QUOTED = json.dumps(HOSTILE)
GAUGE = 'kind: gauge, unit: "1", interval: 1s'  # never heard: an alarm
POINTS = (f"  - {{id: harm, name: {QUOTED}, device: {QUOTED}, metric: {QUOTED}, "
          f"{GAUGE}}}\n"
          f"  - {{id: turned, name: {json.dumps(TURNED)}, device: t, metric: x, "
          f"{GAUGE}}}\n"
          "  - {id: delivered, device: operator, metric: mass, kind: amount, unit: t}\n")
CHANGE = (("name: Clinker kiln", f"name: {QUOTED}"),
          ("name: Hard coal", f"name: {QUOTED}"),
          ("name: Example Cement Works", f"name: {QUOTED}"))


def axe_source(folder):
    """axe-core by npm, as the lock file says; None when there is no npm."""
    if subprocess.run(["which", "npm"], capture_output=True, check=False).returncode:
        print("pages: no npm, so no check by axe-core")
        return None
    place = os.path.join(folder, "npm")
    os.makedirs(place, exist_ok=True)
    for name in ("package.json", "package-lock.json"):
        with open(os.path.join(HERE, name), "rb") as source, \
                open(os.path.join(place, name), "wb") as out:
            out.write(source.read())
    subprocess.run(["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"],
                   cwd=place, check=True, timeout=300, stdout=subprocess.DEVNULL)
    with open(os.path.join(place, "node_modules/axe-core/axe.min.js"),
              encoding="utf-8") as source:
        return source.read()


class Pages:
    def __init__(self, plant, browser, folder, axe):
        self.plant, self.b, self.folder, self.axe = plant, browser, folder, axe

    def picture(self, name, full=False):
        self.b.picture(os.path.join(self.folder, name + ".png"), full)

    def quiet(self):
        """Nothing was complained of, nothing asked for elsewhere, nothing was run."""
        complaints = self.b.complaints()
        assert not complaints, complaints
        for url in self.b.requests():
            assert url.startswith((self.plant.url, "chrome", "data:", "about:")), url
        assert self.b.run("return window.broken === undefined")

    def check_access(self, what, place="document", only=None, no=()):
        """By axe-core; `only` this rule, or all but `no`."""
        if not self.axe:
            return
        self.b.run(self.axe + "; window.axe = axe; return 1")
        options = {"resultTypes": ["violations"],
                   "rules": {rule: {"enabled": False} for rule in no}}
        if only:
            options["runOnly"] = [only]
        found = self.b.run_async(
            "const done = arguments[1]; axe.run(" + place + ", arguments[0])"
            ".then(r => done(r.violations.map(v => v.id + ': ' + v.help + ' '"
            " + v.nodes.slice(0, 3).map(n => n.html).join(' | '))),"
            " e => done([String(e)]))",
            options)
        assert not found, (what, found)

    def ask(self, path):
        with urllib.request.urlopen(self.plant.url + path, timeout=10) as answer:
            return json.load(answer)

    # ---- what it shows ----

    def opens(self):
        self.b.go(self.plant.url)
        self.b.find("#processes .calendar button")
        self.b.wait("document.querySelector('#live').className === 'dot ok'")
        weight = self.b.run("""
            return performance.getEntriesByType('resource').concat(
              performance.getEntriesByType('navigation'))
              .filter(e => !e.name.includes('/v1/'))
              .reduce((sum, e) => sum + e.encodedBodySize, 0)""")
        assert 100_000 < weight < WEIGHT_MAX, weight
        print(f"pages: weight {weight} bytes")
        assert self.b.run("return document.querySelectorAll('#flow .card').length") == 6
        assert not self.b.all("#flow .card.bad")
        self.quiet()

    def tells_the_truth(self):
        rows = self.ask("v1/hours?process=clinker")["rows"]
        tonnes = sum(row[1] for row in rows if row[1])
        self.b.wait("[...document.querySelectorAll('.figure strong')].length > 0")
        footer = self.b.text("#report tfoot tr")
        shown = float(re.split(r"\t", footer)[2].replace(",", ""))
        # Thirty hours may reach into the month before.
        assert 0 < shown <= tonnes + 0.01, (shown, tonnes)
        now = self.b.text(".figure.first strong")
        assert 50 < float(now) < 300, now

    def explains_in_three_clicks(self):
        self.b.click("button.explain")
        self.b.click("button.stream[data-stream='raw_meal']")
        self.b.find("#sheet .calculation")
        assert "t CO₂e" in self.b.text("#sheet .total")
        assert "laboratory, carbonate in raw meal" in self.b.text("#sheet-body")
        assert "0.334" in self.b.text("#sheet-body")
        self.check_access("a stream", SHEET)
        self.b.click("button.point[data-point='kiln_raw_meal']")
        assert "360 readings" in self.b.wait(
            "document.querySelector('#sheet details summary')?.innerText")
        assert "meal-weigher" in self.b.text("#sheet-body")
        self.check_access("a point", SHEET, no=CONTRAST)
        self.picture("point")
        self.b.click("#sheet .back")
        self.b.click("#sheet .back")
        self.b.find("button.stream")
        self.check_access("an hour", SHEET)
        self.picture("hour")
        self.b.key(ESCAPE)
        self.b.wait("!document.querySelector('#sheet').open")
        self.quiet()

    def goes_by_keyboard(self):
        self.b.run("document.querySelector('.calendar button[tabindex=\"0\"]').focus()")
        first = self.b.run("return document.activeElement.dataset.start")
        self.b.key("\ue012")  # left
        second = self.b.run("return document.activeElement.dataset.start")
        assert int(first) - int(second) == 3600000, (first, second)
        self.b.key(ENTER)
        self.b.find("button.stream")
        assert self.b.run("return document.activeElement.id") == "sheet-title"
        self.b.key(ESCAPE)
        self.b.wait("!document.querySelector('#sheet').open")
        assert self.b.run("return document.activeElement.dataset.start") == second

    def turns_months(self):
        before = self.b.text("#month")
        self.b.click("#month-before")
        shown, before = "document.querySelector('#month').innerText", json.dumps(before)
        self.b.wait(f"{shown} !== {before}")
        self.b.click("#month-after")
        self.b.wait(f"{shown} === {before}")
        assert self.b.run("return document.querySelector('#month-after').disabled")

    def lists_points(self):
        rows = "document.querySelectorAll('#points tbody tr:not([hidden])').length"
        self.b.wait(f"{rows} === 12")
        self.b.type("#points-filter", "coal")
        self.b.wait(f"{rows} === 1")
        self.b.run("const f = document.querySelector('#points-filter'); f.value = '';"
                   "f.dispatchEvent(new Event('input'))")
        self.b.run("document.querySelector('#points').scrollIntoView()")
        self.b.wait("document.querySelectorAll('#points polyline[points]').length > 5")

    def tells_what_the_doctor_finds(self):
        """Disk, clock, brokers, certificates: as emgate doctor tells them."""
        self.b.wait("/to look at, as of/.test(document.querySelector('#findings-head')"
                    ".innerText)", 60)
        self.b.run("document.querySelector('#findings-more').open = true")
        words = self.b.text("main")
        for what in ("state directory", "sync", "space", "clock", "broker plant"):
            assert what in words, what
        self.check_access("findings", "document.querySelector('#findings-more')")
        self.b.run("document.querySelector('#findings-more').open = false")
        self.quiet()

    # ---- dead letters ----

    def tries_a_mapping(self):
        self.plant.publish("emgate/v1/shed/telemetry", b'{"temp": 21.5, "n": "<b>x</b>"}')
        self.b.wait("document.querySelector('#letters')?.innerText.includes('shed')")
        self.b.click("#letters button.try")
        wanted = self.b.run("return document.querySelector('#try-mapping').value")
        assert "rules:" in wanted and "'{topic.2}'" in wanted, wanted
        self.b.click("#try-run")
        self.b.find("#sheet .total.accepted")
        assert "21.5" in self.b.text("#sheet-body")
        self.check_access("a trial", SHEET)
        self.picture("trial")
        self.b.run("document.querySelector('#try-mapping').value = 'rulez: ['")
        assert not self.b.complaints()
        self.b.click("#try-run")
        words = self.b.wait("document.querySelector('#try-problems').innerText")
        assert words.startswith("mapping:"), words
        kept = self.b.run("return document.querySelector('#try-mapping').value")
        assert kept == "rulez: [", kept
        self.b.complaints()  # the browser notes the 422
        self.b.key(ESCAPE)
        self.quiet()

    def shows_a_points_last_error(self):
        """A message of its device that could not be used, with its bytes."""
        self.plant.publish("emgate/v1/coal-weigher/telemetry", b"{oh dear}")
        self.b.wait("document.querySelector('#letters').innerText.includes('oh dear')")
        self.b.run("[...document.querySelectorAll('#points button.about')].find(b =>"
                   " b.innerText === 'kiln_coal').click()")
        self.b.wait("document.querySelector('#point-error pre')?.innerText === "
                    "'{oh dear}'")
        assert "coal-weigher" in self.b.text("#sheet-body")
        self.check_access("a point's error", SHEET)
        self.b.key(ESCAPE)
        self.b.wait("!document.querySelector('#sheet').open")
        self.quiet()

    def survives_hostile_names(self):
        topic = HOSTILE.replace("#", "").replace("+", "").replace("/", "|")
        self.plant.publish(f"emgate/v1/{topic}/telemetry", HOSTILE.encode())
        self.plant.publish(f"emgate/v1/{TURNED}/telemetry", TURNED.encode())
        self.b.wait("document.querySelector('#letters').innerText.includes('broken')")
        for selector in ("#installation", "#processes h3", "#points", "#letters",
                         "#report", ".legend"):
            assert "onerror" in self.b.text(selector), selector
        assert not self.b.all("img, main script")
        self.b.click("#letters button.try")
        self.b.click("#try-run")
        self.b.key(ESCAPE)
        self.b.click("button.explain")
        self.b.find("button.stream")
        assert "onerror" in self.b.text("#sheet")
        self.b.key(ESCAPE)
        assert self.b.run("return window.broken === undefined")
        self.b.complaints()
        # Even a mistake of ours could not make markup of a text: the policy refuses.
        refused = self.b.run("try { document.createElement('p').innerHTML = '<b>x</b>';"
                             " return false } catch { return true }")
        assert refused, "trusted types are not enforced"
        self.b.complaints()

    def enters_by_hand(self):
        done = subprocess.run([self.plant.emgate, "operator", "meena", "-c",
                               self.plant.path("gateway.yaml")],
                              capture_output=True, text=True, check=True)
        token = done.stdout.strip()
        self.b.click("#operator")
        self.b.type("#enter-token", "0" * 64 + ENTER)
        self.b.wait("document.querySelector('#sheet .problems')?.innerText"
                    ".includes(\"nobody's\")")
        self.b.complaints()  # 403
        self.b.run("document.querySelector('#enter-token').value = ''")
        self.b.type("#enter-token", token + ENTER)
        self.b.type("#enter-value", "a lot" + ENTER)
        self.b.wait("document.querySelector('#enter-value[aria-invalid]')")
        kept = self.b.run("return document.querySelector('#enter-value').value")
        assert kept == "a lot", kept
        self.check_access("an entry", SHEET)
        self.picture("entry")
        self.b.run("document.querySelector('#enter-value').value = ''")
        self.b.type("#enter-value", "12.5" + ENTER)
        words = self.b.wait("document.querySelector('#entered')?.innerText")
        assert "Entered: delivered 12.5" in words, words
        self.b.key(ESCAPE)
        self.b.wait("[...document.querySelectorAll('#points tbody tr')].some(row =>"
                    " row.innerText.includes('delivered') &&"
                    " row.innerText.includes('12.5'))")
        assert "Enter as meena" in self.b.text("#operator")
        self.quiet()

    def enters_a_result(self):
        """A laboratory's result counts from its validity on, in closed hours too."""
        before = self.explained(5)["origin"]
        assert before.startswith("constant"), before
        self.b.click("#operator")
        self.b.wait("document.querySelector('#sheet').open")
        self.b.find("#enter-place option[value='clinker/raw_meal/emission_factor']")
        self.b.run("const p = document.querySelector('#enter-place');"
                   "p.value = 'clinker/raw_meal/emission_factor';"
                   "p.dispatchEvent(new Event('change'))")
        assert "0.334" in self.b.wait("document.querySelector('#place-now').innerText")
        self.b.type("#enter-result", "-1.7")
        self.b.type("#enter-words", "SGS, sample 12, report 26-113" + ENTER)
        self.b.wait("document.querySelector('#enter-result[aria-invalid]')")
        words = self.b.text("#sheet-body")
        assert "outside of what the method takes" in words, words
        self.b.complaints()  # 422
        kept = self.b.run("return document.querySelector('#enter-words').value")
        assert "26-113" in kept, kept
        five = self.b.run("const f = document.querySelector('#enter-from');"
                          "f.value = new Date(Date.parse(f.value + ':00Z') - 5 * 3600000)"
                          ".toISOString().slice(0, 14) + '00'; return f.value")
        self.b.run("document.querySelector('#enter-result').value = ''")
        self.b.type("#enter-result", "0.341" + ENTER)
        self.b.wait("document.querySelector('#result-entered')?.innerText"
                    ".includes('Entered: 0.341')")
        self.check_access("a result", SHEET)
        self.picture("result")
        self.b.key(ESCAPE)
        deadline = time.monotonic() + 60
        while not (now := self.explained(3))["origin"].startswith("laboratory:"):
            assert time.monotonic() < deadline, now
            time.sleep(0.2)
        assert now["quantity"]["value"] == 0.341, now
        source = "SGS, sample 12, report 26-113 (entered by meena)"
        assert now["source"] == source, now
        assert self.explained(7)["origin"] == before, "before " + five
        done = subprocess.run([self.plant.emgate, "explain", "clinker", self.hour(3),
                               "-c", self.plant.path("gateway.yaml")],
                              capture_output=True, text=True, check=False)
        assert source in done.stdout, done.stdout + done.stderr
        self.quiet()

    def hour(self, hours_ago):
        hour = time.time() // 3600 * 3600 - hours_ago * 3600
        return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(hour))

    def explained(self, hours_ago):
        """The factor of the raw meal in the hour that long ago."""
        at = int(time.time() // 3600 * 3600 - hours_ago * 3600)
        answer = self.ask(f"v1/explain?process=clinker&at={at}000000000")
        stream = next(s for s in answer["summary"]["streams"] if s["id"] == "raw_meal")
        return next(i for i in stream["inputs"] if i["name"] == "emission_factor")

    def acknowledges(self):
        """Who has seen an alarm stands there for everybody, after a reload, too."""
        alarm = "#alarms li:has(button)"
        self.b.find(alarm)
        which = self.b.run(f"return document.querySelector('{alarm} bdi').innerText")
        self.b.click(alarm + " button")
        seen = ("[...document.querySelectorAll('#alarms li')].some(li => li.innerText"
                f".includes({json.dumps(which)}.replace(/ \\d+ (s|min|h|d)$/, '')) &&"
                " /acknowledged by meena, \\d/.test(li.innerText))")
        self.b.wait(seen)
        deadline = time.monotonic() + 30
        while not self.ask("v1/words"):
            assert time.monotonic() < deadline
            time.sleep(0.2)
        self.b.go(self.plant.url)
        self.b.wait(seen, 20)
        self.quiet()

    # ---- daemon ----

    def tells_when_the_daemon_is_gone(self):
        self.plant.end("gateway")
        words = self.b.wait("!document.querySelector('#banner').hidden && "
                            "document.querySelector('#banner').innerText", 30)
        assert re.search(r"not answered since \d\d:\d\d:\d\d Asia/Karachi", words), words
        assert self.b.run("return document.body.classList.contains('stale')")
        self.check_access("gone", "document.querySelector('#banner')")
        self.picture("gone")
        # What was entered by hand is in the journal: the same again, byte for byte.
        again = subprocess.run([self.plant.emgate, "replay", "-c",
                                self.plant.path("gateway.yaml")],
                               capture_output=True, text=True, check=False)
        assert again.returncode == 0, again.stdout[-800:] + again.stderr[-800:]
        print("pages: " + again.stdout.strip().splitlines()[-1])
        self.plant.start_gateway()
        self.b.wait("document.querySelector('#banner').hidden", 60, "comes back")
        assert not self.b.run("return document.body.classList.contains('stale')")
        self.b.complaints()  # refused connections

    def looks_right(self):
        self.b.run("window.scrollTo(0, 0)")
        self.check_access("the page")
        self.picture("page", full=True)
        self.b.media(True)
        time.sleep(0.3)  # one frame, for the picture; nothing is judged by it
        self.check_access("dark", only="color-contrast")
        self.picture("dark", full=True)
        self.b.media(False)
        self.b.size(390, 844, phone=True)
        wide = self.b.run("return document.documentElement.scrollWidth")
        guilty = self.b.run("return [...document.querySelectorAll('body *')].filter(e =>"
                            " e.getBoundingClientRect().right > 391 &&"
                            " !e.parentElement.closest('.scroll'))"
                            ".slice(0, 5).map(e => e.outerHTML.slice(0, 90))")
        assert wide <= 390, f"{wide} pixels wide on a phone of 390: {guilty}"
        self.check_access("on a phone", no=CONTRAST)
        self.picture("phone", full=True)
        self.b.size(1280, 900)
        self.b.devtools("Emulation.setEmulatedMedia", media="print")
        seen = self.b.run("return ['#flow', '#processes', '#report'].map(s =>"
                          " document.querySelector(s).getClientRects().length > 0)")
        assert seen == [False, False, True], seen
        self.picture("print", full=True)
        self.b.devtools("Emulation.setEmulatedMedia", media="")
        self.b.media(False)


class RegistryPages(Pages):
    """The registry's page on the same plant; `plant.url` is the gateway's, so its own."""

    def __init__(self, pages):
        super().__init__(pages.plant, pages.b, pages.folder, pages.axe)
        self.url = f"http://127.0.0.1:{self.plant.api}/"

    def quiet(self):
        complaints = self.b.complaints()
        assert not complaints, complaints
        for url in self.b.requests():
            assert url.startswith((self.url, "chrome", "data:", "about:", "blob:")), url

    def opens(self):
        self.b.requests()
        self.b.go(self.url)
        self.b.find("#installations tbody tr")
        weight = self.b.run("""
            return performance.getEntriesByType('resource').concat(
              performance.getEntriesByType('navigation'))
              .filter(e => !e.name.includes('/v1/'))
              .reduce((sum, e) => sum + e.encodedBodySize, 0)""")
        assert 100_000 < weight < WEIGHT_MAX, weight
        words = self.b.text("#installations tbody tr")
        assert "PK-CEM-0001" in words and "cement clinker" in words, words
        assert self.b.all("#installations .gauge .default"), "no default value"
        assert self.b.all("#installations .gauge .benchmark"), "no benchmark"
        self.b.wait("document.querySelector('#rollup')?.innerText.includes('cement')")
        self.check_access("the registry")
        self.quiet()

    def shows_a_process(self):
        self.b.click("#installations button.open")
        self.b.find("#sheet .calendar button")
        words = self.b.text("#sheet-body")
        # Thirty hours back from now: 29 to 31 of the clock, by the minute it is.
        stored = len(self.plant.items("/v1/summaries?installation=PK-CEM-0001"
                                      "&process=clinker&revisions=latest&limit=1000"))
        assert 29 <= stored <= 31, stored
        assert "2025/2620, grey clinker" in words and f"{stored} hours" in words, words
        self.shows_embedded(words, stored)
        self.check_access("a process", SHEET)
        self.picture("registry-process")
        self.b.click("#save-days")
        self.b.click("#sheet .calendar button[tabindex='0']")
        self.b.find("#sheet button[data-path$='/envelope']")
        assert "raw_meal" in self.b.text("#sheet-body")
        self.check_access("an hour's evidence", SHEET)
        self.b.key(ESCAPE)
        self.b.wait("!document.querySelector('#sheet').open")
        self.quiet()

    def shows_embedded(self, words, stored):
        """The figure of the sheet is the API's, to the last of five digits."""
        assert "Specific embedded emissions" in words, words
        month = self.plant.items("/v1/processes?process=clinker")[0]["month"]["label"]
        year, number = int(month[:4]), int(month[5:])
        end = f"{year + number // 12}-{number % 12 + 1:02}-01"
        good = next(g for g in self.plant.ask(
            f"/v1/embedded?installation=PK-CEM-0001&from={month}-01&to={end}")["goods"]
            if g["identifier"] == "clinker")
        figure = good["specific_embedded_emissions_direct"]["exact"]
        shown = self.b.run("return [...document.querySelectorAll('#sheet tr')].find(r =>"
                           " r.cells[0]?.textContent === 'Direct')?.cells[1].textContent")
        moved_on = good["windows_reported"] != stored  # an hour closed meanwhile
        same = figure is not None and shown == f"{figure:.5f}"
        assert same or moved_on, (shown, good)

    def compares_and_exports(self):
        """Two periods beside each other; the report of a period as JSON and CSV."""
        self.b.click("#installations button.open")
        self.b.find("#compare-by option")
        for kind in ("day", "year", "month"):
            self.b.run("const b = document.querySelector('#compare-by'); b.value = "
                       f"'{kind}'; b.dispatchEvent(new Event('change'))")
            length = {"day": 10, "year": 4, "month": 7}[kind]
            self.b.wait("document.querySelector('[aria-label=\"Second period\"]')"
                        f".selectedOptions[0]?.innerText.length === {length}")
        # What the buttons save is what the path answers.
        paths = self.b.run_async(
            "const done = arguments[0]; const seen = []; const real = window.fetch;"
            "window.fetch = (path, o) => real(path, o).then(a => { seen.push("
            "[path, a.status, a.headers.get('content-type')]); if (seen.length === 2) {"
            "window.fetch = real; done(seen) } return a });"
            "[...document.querySelectorAll('#sheet .download')].filter(b =>"
            " b.innerText.startsWith('Report as')).forEach(b => b.click())")
        assert [p[1] for p in paths] == [200, 200], paths
        assert {p[2].split(";")[0] for p in paths} == {"application/json", "text/csv"}
        self.b.run("document.querySelector('#report-from').value = ''")
        self.b.run("[...document.querySelectorAll('#sheet .download')].find(b =>"
                   " b.innerText === 'Report as JSON').click()")
        self.b.wait("document.querySelector('#sheet .downloads .note')?.innerText"
                    ".startsWith('Not had')")
        self.check_access("a comparison", SHEET, no=CONTRAST)
        self.b.complaints()  # 400
        self.b.key(ESCAPE)
        self.b.wait("!document.querySelector('#sheet').open")

    def keeps_a_pack(self):
        """A gateway's pack is verified, shown and given back as it came."""
        path = self.plant.path("kiln.pack")
        subprocess.run([self.plant.emgate, "pack", "-c", self.plant.path("gateway.yaml"),
                        "-o", path], check=True, capture_output=True, timeout=120)
        with open(path, "rb") as file:
            pack = file.read()
        where = self.url + "v1/packs"
        asked = urllib.request.Request(
            where + "?gateway=cement-01", data=pack,
            headers={"Content-Type": "application/octet-stream"})
        with urllib.request.urlopen(asked, timeout=60) as answer:
            about = json.load(answer)
        assert about["summaries_stored"] >= 50, about
        self.b.wait("document.querySelector('#packs button.checked')", 30)
        self.b.click("#packs button.checked")
        self.b.wait("document.querySelector('#sheet-body').innerText"
                    f".includes('{about['key']}')")
        self.check_access("a pack", SHEET)
        self.picture("pack")
        with urllib.request.urlopen(f"{where}/{about['key']}", timeout=60) as answer:
            assert answer.read() == pack
        self.b.key(ESCAPE)
        self.b.wait("!document.querySelector('#sheet').open")
        self.quiet()

    def rolls_up(self):
        self.b.run("const g = document.querySelector('#group'); g.value = 'country';"
                   "g.dispatchEvent(new Event('change'))")
        self.b.wait("document.querySelector('#rollup').innerText.includes('Country')")
        self.b.type("#filter", "nowhere")
        self.b.wait("![...document.querySelectorAll('#installations tbody tr')]"
                    ".some(row => !row.hidden)")
        self.b.run("const f = document.querySelector('#filter'); f.value = '';"
                   "f.dispatchEvent(new Event('input'))")
        self.quiet()

    def looks_right(self):
        self.picture("registry", full=True)
        self.b.media(True)
        self.check_access("the registry, dark", only="color-contrast")
        self.picture("registry-dark", full=True)
        self.b.media(False)
        self.b.size(390, 844, phone=True)
        wide = self.b.run("return document.documentElement.scrollWidth")
        assert wide <= 390, wide
        self.picture("registry-phone", full=True)
        self.b.size(1280, 900)

    def asks_for_a_token(self):
        token = "abcdefghijklmnopqrstuvwxyz012345"
        with open(self.plant.path("registry.yaml"), encoding="utf-8") as file:
            text = file.read()
        digest = hashlib.sha256(token.encode()).hexdigest()
        self.plant.end("registry")
        self.plant.write("registry.yaml", text + "readers:\n  - {name: ministry, role: "
                         f"reader, token_sha256: {digest}}}\n")
        self.plant.start_registry()
        self.b.go(self.url)
        self.b.type("#token", "wrong" + ENTER)
        self.b.wait("document.querySelector('#token-hint')?.innerText"
                    ".includes('not known')")
        self.check_access("the token", "document.querySelector('#banner')")
        self.b.type("#token", token + ENTER)
        self.b.find("#installations tbody tr")
        self.b.wait("document.querySelector('#banner').hidden")
        self.b.complaints()  # 401 and 403

    def tells_when_it_is_gone(self):
        self.plant.end("registry")
        self.b.wait("document.querySelector('#banner').innerText"
                    ".includes('has not answered since')", 40)
        self.plant.start_registry()
        self.b.wait("document.querySelector('#banner').hidden", 40)
        self.b.complaints()


def main():
    if not available():
        print("pages: no chromium; tools/packages.sh browser")
        return 77
    emgate, registry, folder = sys.argv[1:4]
    os.makedirs(folder, exist_ok=True)
    axe = axe_source(folder)
    with PagePlant(emgate, registry, POINTS, CHANGE) as plant, Browser() as browser:
        plant.start_all()
        plant.play("30h")
        browser.size(1280, 900)
        pages = Pages(plant, browser, folder, axe)
        both = [(pages, STEPS), (RegistryPages(pages), REGISTRY_STEPS)]
        for where, name in [(w, name) for w, names in both for name in names.split()]:
            began = time.monotonic()
            getattr(where, name)()
            print(f"pages: {name} {time.monotonic() - began:.1f} s", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
