#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Dead letters decoded again after the mapping was mended: they count at their own time,
once, stay in the list with a mark, and a replay gives the same summaries."""
import http.client
import json
import os
import signal
import time
import unittest

from connect_rig import ConnectRig, Publisher, emgate, wait_until
from plant_rig import free_port

INPUTS = """inputs: [{topic: 'belt/#', mapping: belt.yaml}]
web: {listen: "127.0.0.1:@WEB@"}
"""
MAPPING = """rules:
  - topic: belt/+
    emit:
      - {device: '{topic.1}', metric: belt.total, value: {path: /@KEY@},
         on_missing_quality: bad, ts: [{path: /ts, format: epoch_ms}]}
"""
BELT_TOPIC = "belt/belt-1"


class RetryTest(unittest.TestCase):
    def start(self, rig):
        broker = rig.broker()
        self.web = free_port()
        gateway = rig.small_gateway("g1", broker.port,
                                    INPUTS.replace("@WEB@", str(self.web)))
        self.mapping(rig, MAPPING.replace("belt/+", "belt/+/other"))
        gateway.start()
        return broker, gateway

    def mapping(self, rig, text):
        with open(os.path.join(rig.folder, "belt.yaml"), "w", encoding="utf-8") as out:
            out.write(text.replace("@KEY@", "total"))

    def reload(self, gateway):
        seen = gateway.tail(1000).count("change now")
        gateway.process.send_signal(signal.SIGHUP)
        wait_until(lambda: gateway.tail(1000).count("change now") > seen, 20,
                   gateway.tail)

    def letters(self, gateway):
        done = gateway.command("deadletters", "--json", "-n", "0")
        self.assertEqual(done.returncode, 0, done.stderr)
        return list(reversed(json.loads(done.stdout)))

    def wait_letters(self, gateway, condition):
        return wait_until(lambda: condition(self.letters(gateway)) and
                          self.letters(gateway), 30, lambda: self.letters(gateway))

    def retry(self, gateway, *words, code=0):
        done = gateway.command("deadletters", "--retry", *words)
        self.assertEqual(done.returncode, code, done.stdout + done.stderr)
        return done.stdout + done.stderr

    def test_count_once_at_their_own_time_and_a_replay_gives_the_same(self):
        with ConnectRig() as rig:
            broker, gateway = self.start(rig)
            began = int(time.time() * 1000)
            with Publisher(broker.port, "t") as publisher:
                for i in range(30):
                    publisher.publish(BELT_TOPIC, json.dumps(
                        {"total": i, "ts": began - 600_000 + i * 10_000}).encode())
                publisher.publish("belt/lost/deep/topic", b"{}")
            self.wait_letters(gateway, lambda found: len(found) == 31)
            self.assertEqual({letter["reason"] for letter in self.letters(gateway)},
                             {"no_rule"})

            self.mapping(rig, MAPPING)
            self.reload(gateway)
            tap = rig.tap(gateway, "--count", "30")
            self.assertIn("31 to be decoded again", self.retry(gateway, "--all"))
            self.assertEqual(tap.process.wait(60), 0, tap.tail())
            lines = tap.lines()
            self.assertEqual([line["points"][0]["value"] for line in lines],
                             list(range(30)))
            letters = self.wait_letters(
                gateway, lambda found: len(found) == 32 and "retried" in found[30])
            self.assertEqual([letter["retried"]["outcome"] for letter in letters[:31]],
                             ["accepted"] * 30 + ["rejected"])
            again = letters[31]
            self.assertEqual((again["topic"], again["reason"]),
                             ("belt/lost/deep/topic", "no_rule"))
            self.assertEqual(again["received"], letters[30]["received"])
            self.assertEqual(again["record"], letters[30]["retried"]["record"])
            counts = gateway.check_sum()
            self.assertEqual((counts["samples"], counts["duplicates"]), (30, 0))

            # The same letter once more is a duplicate; only the one left is "all".
            self.retry(gateway, str(letters[0]["id"]))
            wait_until(lambda: gateway.counts()["duplicates"] == 1, 30, gateway.tail)
            self.assertEqual(gateway.counts()["samples"], 30)
            self.assertIn("1 to be decoded again", self.retry(gateway, "--all"))
            self.wait_letters(gateway, lambda found: len(found) == 33)

            wait_until(lambda: ("mill", True) in {
                (s["process"], s["quality"]["received"] > 0)
                for s in gateway.latest().values()}, 60, gateway.tail)
            self.assertIn("identical", gateway.replay())
            self.assertEqual(gateway.end(), 0)
            gateway.start()
            self.assertEqual(len(self.letters(gateway)), 33)
            self.assertIn("identical", gateway.replay())

    def test_many_that_fail_again_are_retried_once(self):
        with ConnectRig() as rig:
            broker, gateway = self.start(rig)
            count = 450
            with Publisher(broker.port, "t") as publisher:
                for i in range(count):
                    publisher.publish(f"belt/{i}", b"{}")
            self.wait_letters(gateway, lambda found: len(found) == count)
            self.assertIn(f"{count} to be decoded again", self.retry(gateway, "--all"))
            letters = self.wait_letters(gateway, lambda found: len(found) == 2 * count)
            self.assertEqual(sum("retried" in letter for letter in letters), count)
            self.assertEqual(gateway.check_sum()["rejected"], 2 * count)

    def test_only_who_may_write_the_state_directory_can_ask(self):
        with ConnectRig() as rig:
            broker, gateway = self.start(rig)
            with Publisher(broker.port, "t") as publisher:
                publisher.publish("belt/x", b"{}")
            letter = self.wait_letters(gateway, lambda found: len(found) == 1)[0]
            connection = http.client.HTTPConnection("127.0.0.1", self.web, timeout=20)
            retry = "/v1/deadletters/retry"
            for path in (retry, f"{retry}?id={letter['id']}"):
                for origin in ("http://elsewhere.example",
                               f"http://127.0.0.1:{self.web}"):
                    connection.request("POST", path, body=b"{}", headers={
                        "Origin": origin, "Content-Type": "application/json"})
                    answer = connection.getresponse()
                    answer.read()
                    self.assertEqual(answer.status, 403)
                connection.request("GET", path)
                answer = connection.getresponse()
                answer.read()
                self.assertIn(answer.status, (404, 405))
            connection.close()
            self.assertIn("no dead letter has the number",
                          self.retry(gateway, "99", code=65))
            for words in ((), ("x",), ("--all", "1"), ("0",)):
                self.retry(gateway, *words, code=64)
            gateway.end()
            self.assertIn("no gateway is running", self.retry(gateway, "1", code=69))
            self.assertEqual(emgate("deadletters", "--retry", "1").returncode, 64)
            self.assertNotIn("retried", self.letters(gateway)[0])


if __name__ == "__main__":
    unittest.main(verbosity=2)
