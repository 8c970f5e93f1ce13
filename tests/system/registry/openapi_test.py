#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""registry/openapi.yaml against the running server: every path and method it names is
there and answers as described; every route of the server is described.

usage: openapi_test.py EMGATE_REGISTRY
"""
import hashlib
import json
import os
import re
import sys
import tempfile
import unittest
import urllib.parse

ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "..")
sys.path.insert(0, os.path.join(ROOT, "tests", "lib"))
# pylint: disable=wrong-import-position
import registry_test
import small_yaml
from registry_client import HOUR_NS, key_of, summary

KINDS = {"string": str, "integer": int, "number": (int, float), "array": list,
         "boolean": bool, "object": dict}
# A good and a bad value of parameters that have no enum.
VALUES = {"limit": ("2", "0"), "after": ("1", "x"),
          "from": ("2026-01-01T00:00:00Z", "soon"),
          "to": ("2027-01-01T00:00:00Z", "soon"), "gateway": ("cement-01", None),
          "installation": ("PK-CEM-0001", None), "process": ("clinker", None),
          "country": ("PK", None), "sector": ("cement", None),
          "category": ("cement_clinker", None), "operator": ("OP-0001", None)}
LABELS = ("/v1/totals", "/v1/rollups")  # where `from` and `to` are labels


class Schema:
    """The part of JSON Schema that the description uses; extra keys are mistakes."""

    def __init__(self, test, document):
        self.test, self.document = test, document

    def resolve(self, schema):
        while "$ref" in schema:
            found = self.document
            for step in schema["$ref"].removeprefix("#/").split("/"):
                found = found[step]
            schema = found
        return schema

    def parts(self, schema):
        schema = self.resolve(schema)
        yield schema
        for part in schema.get("allOf", []):
            yield from self.parts(part)

    def check(self, value, schema, where):
        known, open_to = {}, None
        for part in self.parts(schema):
            if value is None and part.get("nullable"):
                return
            if "type" in part:
                self.test.assertIsInstance(value, KINDS[part["type"]], where)
                if part["type"] in ("integer", "number"):
                    self.test.assertNotIsInstance(value, bool, where)
            if "enum" in part:
                self.test.assertIn(value, part["enum"], where)
            if "pattern" in part:
                self.test.assertRegex(value, part["pattern"], where)
            if "items" in part:
                for i, item in enumerate(value):
                    self.check(item, part["items"], f"{where}[{i}]")
            for key in part.get("required", []):
                self.test.assertIn(key, value, where)
            known.update(part.get("properties", {}))
            open_to = part.get("additionalProperties", open_to)
        if not known and open_to is None:
            return
        for key, inner in (value.items() if isinstance(value, dict) else ()):
            if key not in known:
                self.test.assertIsNotNone(open_to, f"{where} has '{key}'")
            self.check(inner, known.get(key, open_to), f"{where}.{key}")


class OpenApiTest(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory(prefix="emgate-registry-")
        self.registry = registry_test.Registry(self.folder.name)
        self.registry.stop()
        with open(self.registry.config, "a", encoding="ascii") as out:
            out.write("  - {id: test-01, operator: OP-0003, installations: [I-1]}\n")
        self.registry.start()
        self.client = self.registry.client
        self.document = small_yaml.load(
            self.client.ask("GET", "/v1/openapi.yaml")[1].decode())
        self.schema = Schema(self, self.document)
        self.key = key_of(summary(registry_test.START)).hex()
        self.refused = key_of(b"\x01").hex()
        self.client.submit([summary(registry_test.START + i * HOUR_NS) for i in range(5)])
        self.client.submit([b"\x01", summary(registry_test.START, direct=7.0)])
        with open(os.path.join(ROOT, "tests/vectors/evidence/proofs.pack"), "rb") as file:
            pack = file.read()
        self.pack = hashlib.sha256(pack).hexdigest()
        status = self.client.ask("POST", "/v1/packs?gateway=test-01", pack,
                                 {"Content-Type": "application/octet-stream"})[0]
        self.assertEqual(status, 200)

    def tearDown(self):
        self.registry.stop()
        self.folder.cleanup()

    def concrete(self, path):
        key = self.refused if "refusals" in path else self.key
        key = self.pack if "packs" in path else key
        return path.replace("{key}", key).replace("{gateway}", "cement-01") \
                   .replace("{installation}", "PK-CEM-0001")

    def with_required(self, path, operation, but=""):
        """The path with a good value of every parameter that it must have."""
        query = {p["name"]: VALUES[p["name"]][0]
                 for p in map(self.schema.resolve, operation.get("parameters", []))
                 if p.get("required") and p["in"] == "query" and p["name"] != but}
        return self.concrete(path) + "?" + urllib.parse.urlencode(query)

    def check_answer(self, operation, answer, where):
        status, body, headers = answer
        responses = operation["responses"]
        self.assertIn(str(status), responses, where)
        response = self.schema.resolve(responses[str(status)])
        kind = headers["Content-Type"].split(";")[0]
        self.assertIn(kind, response["content"], where)
        if kind.endswith("json"):
            self.schema.check(json.loads(body), response["content"][kind]["schema"],
                              where)
        return status

    def operations(self, method):
        for path, operations in self.document["paths"].items():
            if method in operations:
                yield path, operations[method]

    def test_every_get_answers_as_described(self):
        for path, operation in self.operations("get"):
            asked = self.with_required(path, operation)
            answer = self.client.ask("GET", asked)
            self.assertEqual(self.check_answer(operation, answer, path), 200, path)
            head = self.client.ask("HEAD", asked)
            self.assertEqual((head[0], head[1]), (200, b""), path)

    def test_every_parameter_is_heeded(self):
        for path, operation in self.operations("get"):
            for parameter in map(self.schema.resolve, operation.get("parameters", [])):
                if parameter["in"] == "query":
                    self.check_parameter(path, operation, parameter)

    def check_parameter(self, path, operation, parameter):
        name = parameter["name"]
        enum = parameter["schema"].get("enum")
        good, bad = (enum[-1], "nonsense") if enum else VALUES[name]
        if path in LABELS and name in ("from", "to"):
            good, bad = "2026", None
        if path == "/v1/summaries" and name == "after":
            good = "1.0.0"
        if path == "/v1/rollups" and name == "after":
            good = "2026~PK"
        if name == "revisions":
            bad = None
        for value, wanted in ((good, 200), (bad, 400)):
            if value is not None:
                where = f"{path}?{name}={value}"
                asked = self.with_required(path, operation, name)
                asked += f"&{name}={urllib.parse.quote(value)}"
                answer = self.client.ask("GET", asked)
                status = self.check_answer(operation, answer, where)
                self.assertEqual(status, wanted, where)

    def test_what_is_not_there_is_a_problem(self):
        for path, operation in self.operations("get"):
            if "{key}" in path:
                answer = self.client.ask("GET", path.replace("{key}", "0" * 64))
                self.assertEqual(self.check_answer(operation, answer, path), 404)

    def test_every_post_refuses_as_described(self):
        for path, operation in self.operations("post"):
            for kind in operation["requestBody"]["content"]:
                for body in (b"\xff", b"emgate/cement-01\n", b""):
                    answer = self.client.ask("POST", self.concrete(path), body,
                                             {"Content-Type": kind})
                    status = self.check_answer(operation, answer, f"POST {path}")
                    self.assertGreaterEqual(status, 400, path)

    def test_every_route_is_described(self):
        with open(os.path.join(ROOT, "registry", "routes.c"), encoding="ascii") as source:
            routes = re.findall(r'\.path = "(/v1/[^"]*|/[a-z]+)"(,\s+\.prefix)?',
                                source.read())
        described = self.document["paths"]
        self.assertGreater(len(routes), 10)
        for route, prefix in routes:
            if route == "/v1/openapi.yaml":
                continue
            found = any(p.startswith(route + "{") if prefix else p == route
                        for p in described)
            self.assertTrue(found, f"{route} is not described")


if __name__ == "__main__":
    registry_test.PROGRAM = sys.argv.pop(1)
    unittest.main(verbosity=1)
