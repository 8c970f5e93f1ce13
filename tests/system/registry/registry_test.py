#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The real emgate-registry over HTTP: what it takes, answers, refuses and survives.

usage: registry_test.py EMGATE_REGISTRY [postgres]
"""
import base64
import contextlib
import hashlib
import http.client
import json
import os
import random
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "..", "lib"))
# pylint: disable=wrong-import-position
from registry_client import (CONFLICT, HOUR_NS, LATER, REFUSED, STORED, Client, envelope,
                             key_of, message, number, request, summary, text)

from postgres_cluster import Cluster, programs

PROGRAM = ""
CLUSTER = None  # the store is PostgreSQL
START = 1784131200 * 10**9  # 2026-07-15T16:00Z, 21:00 in Karachi
TOKEN = "a-token-that-nobody-guesses"


class Registry:
    """A registry process of its own on a free port, with its files in `folder`."""

    def __init__(self, folder):
        self.folder = folder
        self.config = os.path.join(folder, "registry.yaml")
        token = os.path.join(folder, "token")
        with open(token, "w", encoding="ascii") as out:
            out.write(TOKEN + "\n")
        store = f"{folder}/registry.db"
        if CLUSTER:
            CLUSTER.ask("DROP SCHEMA public CASCADE; CREATE SCHEMA public")
            store = CLUSTER.uri()
        with open(self.config, "w", encoding="ascii") as out:
            out.write(f"""
registry:
  id: test-registry
  listen: 127.0.0.1:0
  store: '{store}'
  signing_key: {folder}/signing.key
  body_max: 1MiB
  request_timeout: 1s
gateways:
  - {{id: cement-01, operator: OP-0001, installations: [PK-CEM-0001]}}
  - id: steel-01
    operator: OP-0002
    installations: [PK-STL-0001, PK-STL-0002]
    token: {{file: {token}}}
""")
        self.start()

    def start(self):
        self.log = open(os.path.join(self.folder, "log"), "ab")
        self.process = subprocess.Popen([PROGRAM, "run", "-c", self.config],
                                        stdout=subprocess.PIPE, stderr=self.log)
        line = self.process.stdout.readline().decode()
        assert line.startswith("emgate-registry ready http://127.0.0.1:"), line
        self.client = Client(int(line.rsplit(":", 1)[1]))

    def stop(self, number=signal.SIGTERM):
        self.process.send_signal(number)
        code = self.process.wait(20)
        self.process.stdout.close()
        self.log.close()
        return code

    def get(self, path):
        status, body, _ = self.client.ask("GET", path)
        return status, json.loads(body)


class RegistryTest(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory(prefix="emgate-registry-")
        self.registry = Registry(self.folder.name)
        self.client = self.registry.client

    def tearDown(self):
        self.registry.stop()
        self.folder.cleanup()

    def verdicts(self, payloads, **more):
        status, got = self.client.submit(payloads, **more)
        self.assertEqual(status, 200, got)
        return [(verdict, reason.split(":")[0]) for _, _, verdict, reason, _ in got]

    # ---- what is taken ----

    def test_five_times_in_random_order_is_one_row_and_five_equal_receipts(self):
        payloads = [summary(START + i * HOUR_NS) for i in range(50)]
        sent = payloads * 5
        random.Random(7).shuffle(sent)
        got = {}
        for at in range(0, len(sent), 7):
            status, answer = self.client.submit(sent[at:at + 7])
            self.assertEqual(status, 200)
            self.assertEqual([key for _, key, *_ in answer],
                             [key_of(p) for p in sent[at:at + 7]])
            for raw, key, verdict, _, _ in answer:
                self.assertEqual(verdict, STORED)
                got.setdefault(key, []).append(raw)
        self.assertEqual({len(v) for v in got.values()}, {5})
        self.assertEqual({len(set(v)) for v in got.values()}, {1})
        self.assertEqual(self.registry.get("/v1/processes")[1]["items"][0]["windows"], 50)

    def test_bytes_are_kept_as_they_came(self):
        payload = summary(START)
        self.verdicts([payload])
        status, body, headers = self.client.ask(
            "GET", f"/v1/summaries/{key_of(payload).hex()}/envelope")
        self.assertEqual((status, body), (200, envelope(payload)))
        self.assertEqual(headers["Content-Type"], "application/x-protobuf")

    def test_other_bytes_for_the_same_window_are_a_conflict(self):
        self.assertEqual(self.verdicts([summary(START)]), [(STORED, "")])
        self.assertEqual(self.verdicts([summary(START, direct=1.0)]),
                         [(CONFLICT, "conflict")])
        self.assertEqual(self.verdicts([summary(START)]), [(STORED, "")])

    def test_a_revision_replaces_exactly(self):
        first = [summary(START + i * HOUR_NS, direct=0.1 + i / 7) for i in range(24)]
        self.verdicts(first)
        second = [summary(START + i * HOUR_NS, direct=1.0, revision=1,
                          supersedes=key_of(p)) for i, p in enumerate(first)]
        self.assertEqual(set(self.verdicts(second)), {(STORED, "")})
        year = self.registry.get("/v1/totals?by=year")[1]["items"][0]
        self.assertEqual((year["direct_t"], year["windows"], year["label"]),
                         (24, 24, "2026"))

    def test_revisions_may_come_in_any_order(self):
        zero = summary(START, direct=1.0)
        one = summary(START, direct=2.0, revision=1, supersedes=key_of(zero))
        two = summary(START, direct=4.0, revision=2, supersedes=key_of(one))
        for payload in (two, zero, one):
            self.assertEqual(self.verdicts([payload]), [(STORED, "")])
        items = self.registry.get("/v1/totals?by=day")[1]["items"]
        self.assertEqual([(i["direct_t"], i["windows"]) for i in items], [(4, 1)])
        every = self.registry.get("/v1/summaries?revisions=all")[1]["items"]
        self.assertEqual([(i["revision"], i["latest"]) for i in every],
                         [(0, False), (1, False), (2, True)])

    def test_days_are_those_of_the_installation(self):
        self.verdicts([summary(START + i * HOUR_NS) for i in range(4)])
        items = self.registry.get("/v1/totals?by=day")[1]["items"]
        self.assertEqual([(i["label"], i["windows"]) for i in items],
                         [("2026-07-16", 1), ("2026-07-15", 3)])

    def test_what_is_not_known_is_left_out_and_counted(self):
        self.verdicts([summary(START, direct=None), summary(START + HOUR_NS, direct=0.0)])
        day = self.registry.get("/v1/totals?by=day")[1]["items"][0]
        self.assertEqual((day["direct_t"], day["known_windows"]["direct"]), (0, 1))
        rows = self.registry.get("/v1/summaries")[1]["items"]
        self.assertNotIn("direct_t", rows[0])
        self.assertEqual(rows[1]["direct_t"], 0)

    # ---- enrolment while it runs ----

    def test_a_gateway_enrols_itself_and_is_approved_by_command(self):
        payload = summary(START, gateway="new-01", operator="OP-9", installation="PK-9")
        wish = {"gateway": "new-01", "operator": "OP-9", "installations": ["PK-9"],
                "public_key": "ab" * 32}
        status, body, _ = self.client.ask("POST", "/v1/enrolments", json.dumps(wish),
                                          {"Content-Type": "application/json"})
        self.assertEqual((status, json.loads(body)["state"]), (202, "pending"))
        self.assertEqual(self.client.submit([payload], gateway="new-01")[0], 403)
        self.assertIn("new-01", self.command("enrolments"))
        self.assertIn("approved", self.command("approve", "new-01"))
        deadline = time.monotonic() + 60
        while self.client.submit([payload], gateway="new-01")[0] != 200:
            self.assertLess(time.monotonic(), deadline)
            time.sleep(0.05)
        # Its key is known, and this summary is not signed with it.
        self.assertEqual(self.verdicts([payload], gateway="new-01"),
                         [(REFUSED, "signature")])
        names = [g["gateway"] for g in self.registry.get("/v1/gateways")[1]["items"]]
        self.assertEqual(names, ["cement-01", "steel-01", "new-01"])

    # ---- retention ----

    def command(self, command, *more):
        done = subprocess.run([PROGRAM, command, "-c", self.registry.config, *more],
                              capture_output=True, text=True, timeout=30, check=False)
        self.assertEqual(done.returncode, 0, done.stderr)
        return done.stdout

    def test_old_years_go_by_command_while_it_runs(self):
        old = [summary((1425168000 + 3600 * i) * 10**9) for i in range(5)]  # March 2015
        new = [summary(START + i * HOUR_NS) for i in range(2)]
        self.assertEqual(set(self.verdicts(old + new)), {(STORED, "")})
        self.assertIn("2015  kept until 2021-12-31T19:00:00Z (operator); due",
                      self.command("retention"))
        self.assertIn("2015: 5 summaries deleted", self.command("retention-delete"))
        self.assertEqual(self.command("retention-delete"), "")
        rows = self.registry.get("/v1/summaries?limit=100")[1]["items"]
        self.assertEqual(len(rows), 2)
        self.assertEqual(self.verdicts([old[0]]), [(REFUSED, "retention")])
        years = self.registry.get("/v1/totals?by=year")[1]["items"]
        self.assertEqual({y["label"]: y["windows"] for y in years},
                         {"2026": 2, "2015": 5})

    # ---- reports ----

    def export(self, query):
        status, body, headers = self.client.ask("GET", "/v1/export?" + query)
        return status, body.decode(), headers["Content-Type"].split(";")[0]

    def test_exports_any_installation_and_period(self):
        first = [summary(START + i * HOUR_NS, activity=10.0) for i in range(300)]
        self.verdicts(first)
        self.verdicts([summary(START, activity=70.0, revision=1,
                               supersedes=key_of(first[0]))])
        where = "installation=PK-CEM-0001&from="
        status, body, kind = self.export(where + "2026-07-15&to=2026-08-15")
        self.assertEqual((status, kind), (200, "application/json"))
        report = json.loads(body)
        process = report["production_processes"][0]
        self.assertEqual(process["identifier"], "clinker")
        self.assertEqual(process["activity_level"]["exact"], 3060)
        # 21:00 to midnight in Karachi: the day is the installation's.
        day = json.loads(self.export(where + "2026-07-15&to=2026-07-16")[1])
        process = day["production_processes"][0]
        self.assertEqual(process["activity_level"]["exact"], 90)
        status, body, kind = self.export(where + "2026-07-15&to=2026-08-15&format=csv")
        self.assertEqual((status, kind), (200, "text/csv"))
        self.assertIn("clinker", body.splitlines()[1])

    def test_an_export_says_what_it_wants(self):
        self.verdicts([summary(START)])
        where = "installation=PK-CEM-0001&from=2026-01-01"
        for query, wanted in (("from=2026-01-01&to=2027-01-01", 400), (where, 400),
                              (where + "&to=2025-01-01", 400),
                              (where + "&to=2027-01-01&format=xml", 400),
                              ("installation=X&from=2026-01-01&to=2027-01-01", 404)):
            status, body, kind = self.export(query)
            self.assertEqual((status, kind), (wanted, "application/problem+json"), body)

    # ---- what is refused ----

    def test_reasons_for_refusal(self):
        self.verdicts([summary(START)])
        cases = {
            "supersedes": summary(START, revision=1, supersedes=bytes(32)),
            "window": summary(START, revision=1, length_ns=HOUR_NS // 2,
                              supersedes=key_of(summary(START))),
            "overlap": summary(START + HOUR_NS // 2),
            "gateway": summary(START + HOUR_NS, gateway="steel-01"),
            "unknown_field": summary(START + HOUR_NS, extra=number(99, 1)),
            "not_shortest": summary(START + HOUR_NS, extra=text(24, "steel")),
            "not_a_summary": b"\xff\xff\xff",
            "not_finite": summary(START + HOUR_NS, direct=float("nan")),
            "not_utf8": summary(START + HOUR_NS, process=b"\xff\xfe"),
            "name": summary(START + HOUR_NS, process=""),
            "amount": summary(START + HOUR_NS, direct=1e300),
            "year": summary(START + HOUR_NS, year=2025),
            "time_zone": summary(START + HOUR_NS, time_zone="UTC"),
        }
        for reason, payload in cases.items():
            self.assertEqual(self.verdicts([payload]), [(REFUSED, reason)], reason)
        self.assertEqual(self.verdicts([summary(START, revision=1)]),
                         [(REFUSED, "supersedes")])

    def test_what_enrolment_can_mend_is_put_off(self):
        self.assertEqual(self.verdicts([summary(START, installation="PK-X")]),
                         [(LATER, "installation")])
        self.assertEqual(self.verdicts([summary(START, operator="OP-9")]),
                         [(LATER, "operator")])

    def test_one_bad_summary_does_not_hold_up_the_others(self):
        got = self.verdicts([summary(START), b"\x01", summary(START + HOUR_NS)])
        self.assertEqual([v for v, _ in got], [STORED, REFUSED, STORED])

    def test_a_gateway_that_is_not_enrolled_gets_403(self):
        status, body = self.client.submit([summary(START)], gateway="nobody")
        self.assertEqual(status, 403)
        self.assertEqual(json.loads(body)["detail"], "gateway 'nobody' is not enrolled")

    def test_a_gateway_with_a_token_must_show_it(self):
        payload = summary(START, gateway="steel-01", operator="OP-0002",
                          installation="PK-STL-0001")
        for given in ({}, {"Authorization": "Bearer wrong"}, {"Authorization": TOKEN}):
            self.assertEqual(
                self.client.submit([payload], gateway="steel-01", headers=given)[0], 401)
        self.assertEqual(self.verdicts([payload], gateway="steel-01",
                                       headers={"Authorization": "Bearer " + TOKEN}),
                         [(STORED, "")])

    def test_readers_see_what_their_role_may(self):
        tokens = {role: role + "-token" for role in ("reader", "plant", "verifier",
                                                     "registry")}
        self.verdicts([summary(START)])
        other = summary(START, gateway="steel-01", operator="OP-0002",
                        installation="PK-STL-0001")
        self.verdicts([other], gateway="steel-01",
                      headers={"Authorization": "Bearer " + TOKEN})
        self.registry.stop()
        with open(self.registry.config, "a", encoding="ascii") as out:
            out.write("readers:\n")
            for role, token in tokens.items():
                operator = ", operator: OP-0002" if role == "plant" else ""
                out.write(f"  - {{name: {role}, role: {role}{operator}, token_sha256: "
                          f"'{hashlib.sha256(token.encode()).hexdigest()}'}}\n")
        self.registry.start()
        own, alien = key_of(other).hex(), key_of(summary(START)).hex()
        wanted = {  # of nobody, reader, plant, verifier, registry
            "/healthz": (200, 200, 200, 200, 200),
            "/v1/registry": (200, 200, 200, 200, 200),
            "/v1/processes": (401, 200, 200, 200, 200),
            f"/v1/summaries/{own}": (401, 200, 200, 200, 200),
            f"/v1/summaries/{alien}": (401, 200, 404, 200, 200),
            f"/v1/summaries/{own}/envelope": (401, 403, 200, 200, 200),
            f"/v1/summaries/{alien}/envelope": (401, 403, 404, 200, 200),
            "/v1/refusals": (401, 403, 403, 200, 200),
            "/v1/checkpoints": (401, 403, 403, 200, 200),
            "/metrics": (401, 403, 403, 403, 200)}
        for path, statuses in wanted.items():
            for token, status in zip((None, *tokens.values()), statuses):
                headers = {"Authorization": "Bearer " + token} if token else {}
                got = self.registry.client.ask("GET", path, headers=headers)[0]
                self.assertEqual(got, status, (path, token))
        for path in ("/v1/processes", "/v1/installations", "/v1/summaries", "/v1/totals",
                     "/v1/gateways", "/v1/rollups?group=operator",
                     "/v1/processes?operator=OP-0001", "/v1/totals?operator=OP-0001"):
            body = self.registry.client.ask(
                "GET", path, headers={"Authorization": "Bearer plant-token"})[1].decode()
            self.assertEqual(len(json.loads(body)["items"]), 1, path)
            self.assertNotIn("OP-0001", body, path)
            self.assertNotIn("PK-CEM", body, path)

    # ---- HTTP ----

    def test_bodies_that_are_no_request_get_400(self):
        for body in (b"", b"\xff", b"\x0a\x05ab", request([b"\x0a\xff"]),
                     text(1, "cement-01") * 2, message(2, envelope(summary(START)))):
            status, answer, headers = self.client.ask("POST", "/v1/summaries", body)
            self.assertEqual(status, 400, body)
            self.assertEqual(headers["Content-Type"], "application/problem+json")
            self.assertEqual(json.loads(answer)["status"], 400)

    def test_methods_and_paths(self):
        self.assertEqual(self.client.ask("GET", "/nowhere")[0], 404)
        status, _, headers = self.client.ask("DELETE", "/v1/summaries")
        self.assertEqual((status, headers["Allow"]), (405, "GET, HEAD, POST"))
        self.assertEqual(self.client.ask("POST", "/v1/totals", b"x")[0], 405)
        self.assertEqual(self.client.ask("GET", "/v1/summaries/" + "0" * 64)[0], 404)
        status, body, headers = self.client.ask("HEAD", "/v1/processes")
        self.assertEqual((status, body), (200, b""))
        for bad in ("limit=0", "limit=1001", "limit=x", "after=x", "after=1",
                    "from=soon"):
            self.assertEqual(self.client.ask("GET", "/v1/summaries?" + bad)[0], 400, bad)

    def connect(self):
        return socket.create_connection(("127.0.0.1", self.client.port), timeout=15)

    def test_a_long_body_gets_413_before_it_is_read(self):
        with self.connect() as s:
            s.sendall(b"POST /v1/summaries HTTP/1.1\r\nHost: x\r\n"
                      b"Content-Length: 1048577\r\n\r\n")
            self.assertIn(b" 413 ", s.recv(4096))

    def test_a_long_chunked_body_gets_413(self):
        with self.connect() as s:
            s.sendall(b"POST /v1/summaries HTTP/1.1\r\nHost: x\r\n"
                      b"Transfer-Encoding: chunked\r\n\r\n")
            chunk = b"10000\r\n" + b"x" * 65536 + b"\r\n"
            for _ in range(20):
                s.sendall(chunk)
            s.sendall(b"0\r\n\r\n")
            self.assertIn(b" 413 ", s.recv(4096))

    def test_long_headers_get_431(self):
        with self.connect() as s:
            with contextlib.suppress(OSError):
                s.sendall(b"GET / HTTP/1.1\r\nHost: x\r\nA: " + b"a" * 60000
                          + b"\r\n\r\n")
            self.assertIn(b" 431 ", s.recv(4096))

    def test_bad_lengths_get_400(self):
        for length in (b"-1", b"1x", b"99999999999999999999999"):
            with self.connect() as s:
                s.sendall(b"POST /v1/summaries HTTP/1.1\r\nHost: x\r\nContent-Length: "
                          + length + b"\r\n\r\nab")
                self.assertRegex(s.recv(4096), rb"^HTTP/1.1 4(00|13) ", length)

    def test_a_body_that_never_comes_is_dropped(self):
        with self.connect() as s:
            s.sendall(b"POST /v1/summaries HTTP/1.1\r\nHost: x\r\n"
                      b"Content-Length: 9\r\n\r\nab")
            with contextlib.suppress(ConnectionResetError):
                while s.recv(4096):
                    pass
        self.assertEqual(self.client.ask("GET", "/healthz")[0], 200)

    def test_other_types_and_encodings_get_415(self):
        for headers in ({"Content-Type": "text/plain"}, {"Content-Encoding": "br"}):
            self.assertEqual(
                self.client.ask("POST", "/v1/summaries", b"{}", headers)[0], 415)

    def test_json_is_taken_and_answered_as_json(self):
        payload = summary(START)
        body = json.dumps({"gateway": "cement-01", "summaries": [
            {"envelope": base64.b64encode(envelope(payload)).decode()}]})
        status, answer, headers = self.client.ask(
            "POST", "/v1/summaries", body, {"Content-Type": "application/json"})
        self.assertEqual((status, headers["Content-Type"]), (200, "application/json"))
        receipt = json.loads(answer)["receipts"][0]
        self.assertEqual((receipt["verdict"], receipt["key"]),
                         ("stored", key_of(payload).hex()))
        self.assertEqual(self.verdicts([payload]), [(STORED, "")])

    def test_the_page_asks_nobody_else(self):
        for path, kind in (("/", "text/html"), ("/page/registry.js", "text/javascript"),
                           ("/page/style.css", "text/css"),
                           ("/v1/openapi.yaml", "application/yaml")):
            status, body, headers = self.client.ask("GET", path)
            self.assertEqual(status, 200)
            self.assertTrue(headers["Content-Type"].startswith(kind))
            self.assertIn("default-src 'none'", headers["Content-Security-Policy"])
            self.assertNotRegex(body, rb"(src|href)=\"?(https?:)?//")
        page = self.client.ask("GET", "/page/registry.js")[1]
        self.assertNotRegex(
            page, rb"innerHTML|outerHTML|insertAdjacentHTML|document\.write")

    def test_hostile_names_come_back_as_text(self):
        name = '<script>alert("x")</script>'
        self.verdicts([summary(START, process=name)])
        items = self.registry.get("/v1/processes")[1]["items"]
        self.assertEqual(items[0]["process"], name)

    # ---- lists ----

    def test_pages_give_every_row_once(self):
        for process in ("a", "b", "c"):
            self.verdicts([summary(START + i * HOUR_NS, process=process)
                           for i in range(10)])
        for path, want in (("/v1/summaries", 30), ("/v1/processes", 3)):
            seen, after = [], ""
            while True:
                page = self.registry.get(f"{path}?limit=4{after}")[1]
                seen += [(i["process"], i.get("window_start")) for i in page["items"]]
                if "next" not in page:
                    break
                after = "&after=" + page["next"]
            self.assertEqual((len(seen), len(set(seen))), (want, want), path)

    def test_lists_by_time(self):
        self.verdicts([summary(START + i * HOUR_NS) for i in range(10)])
        items = self.registry.get("/v1/summaries?from=2026-07-15T18:00:00Z"
                                  "&to=2026-07-15T20:00:00Z")[1]["items"]
        self.assertEqual([i["window_start"] for i in items],
                         ["2026-07-15T18:00:00Z", "2026-07-15T19:00:00Z"])

    def test_gateways_tell_what_they_lack(self):
        self.verdicts([summary(START + i * HOUR_NS) for i in (0, 1, 5)])
        items = self.registry.get("/v1/gateways")[1]["items"]
        self.assertEqual([(i["gateway"], i["windows"], i["missing_windows"])
                          for i in items], [("cement-01", 3, 3), ("steel-01", 0, 0)])

    # ---- crashes ----

    def test_kill_during_load_loses_nothing_acknowledged(self):
        acknowledged, lock = {}, threading.Lock()
        done = threading.Event()

        def send(worker):
            at = 0
            while not done.is_set():
                payloads = [summary(START + (at + i) * HOUR_NS, process=f"p{worker}")
                            for i in range(5)]
                at += 5
                try:
                    status, answer = self.registry.client.submit(payloads)
                except (OSError, http.client.HTTPException):
                    continue
                if status == 200:
                    with lock:
                        acknowledged.update({key: raw for raw, key, *_ in answer})

        for round_number in range(4):
            done.clear()
            before = len(acknowledged)
            threads = [threading.Thread(target=send, args=(f"{round_number}-{i}",))
                       for i in range(4)]
            for thread in threads:
                thread.start()
            while len(acknowledged) < before + 150 * (round_number + 1):
                threads[0].join(0.005)
            self.registry.stop(signal.SIGKILL)
            done.set()
            for thread in threads:
                thread.join()
            self.registry.start()
            self.client = self.registry.client
            for key in acknowledged:
                self.assertEqual(
                    self.client.ask("HEAD", f"/v1/summaries/{key.hex()}")[0], 200)
        self.assertGreater(len(acknowledged), 1000)
        rows = sum(i["windows"] for i in self.registry.get("/v1/processes")[1]["items"])
        totals = self.registry.get("/v1/totals?by=year&limit=1000")[1]["items"]
        self.assertEqual(rows, sum(i["windows"] for i in totals))
        self.assertGreaterEqual(rows, len(acknowledged))

    def test_stops_cleanly_and_remembers(self):
        payload = summary(START)
        _, first = self.client.submit([payload])
        self.assertEqual(self.registry.stop(), 0)
        self.registry.start()
        _, second = self.registry.client.submit([payload])
        self.assertEqual(first[0][0], second[0][0])


class CommandTest(unittest.TestCase):
    def run_it(self, *words):
        done = subprocess.run([PROGRAM, *words], capture_output=True, text=True,
                              timeout=20, check=False)
        return done.returncode, done.stdout, done.stderr

    def test_help_version_and_usage(self):
        self.assertEqual(self.run_it("--help")[0], 0)
        self.assertIn("emgate-registry ", self.run_it("--version")[1])
        self.assertEqual(self.run_it()[0], 64)
        self.assertEqual(self.run_it("dance")[0], 64)
        self.assertEqual(self.run_it("run")[0], 64)
        self.assertIn("`listen`", self.run_it("config")[1])

    def test_asks_a_running_one(self):
        with tempfile.TemporaryDirectory(prefix="emgate-registry-") as folder:
            registry = Registry(folder)
            url = f"http://127.0.0.1:{registry.client.port}"
            self.assertEqual(self.run_it("ready", url)[:2], (0, "ready\n"))
            code, printed, _ = self.run_it("status", url)
            self.assertEqual(code, 0)
            self.assertIn("test-registry", printed)
            self.assertIn("steel-01", printed)
            registry.stop()
            code, _, errors = self.run_it("ready", url)
            self.assertEqual(code, 69)
            self.assertIn(url, errors)
        token = self.run_it("token")[1].split()
        self.assertEqual(hashlib.sha256(token[1].encode()).hexdigest(), token[3])

    def test_every_mistake_is_told_with_its_place(self):
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "registry.yaml")
            with open(path, "w", encoding="ascii") as out:
                out.write("registry:\n  id: x\n  stor: /tmp/x\n  threads: 1\n"
                          "gateways:\n  - {id: a, operator: b, installations: [c], "
                          "public_key: zz}\n")
            for command in ("check", "run"):
                code, _, errors = self.run_it(command, "-c", path)
                self.assertEqual(code, 78)
                for place in (":3:3:", ":4:", ":6:"):
                    self.assertIn(path + place, errors)
            self.assertEqual(self.run_it("check", "-c", path + "x")[0], 78)


if __name__ == "__main__":
    PROGRAM = sys.argv.pop(1)
    if len(sys.argv) > 1 and sys.argv[1] == "postgres":
        sys.argv.pop(1)
        if not programs():
            print("PostgreSQL is not installed: skipped")
            sys.exit(77)
        CLUSTER = Cluster()
    try:
        good = unittest.main(verbosity=1, exit=False).result.wasSuccessful()
    finally:
        if CLUSTER:
            CLUSTER.close()
    sys.exit(0 if good else 1)
