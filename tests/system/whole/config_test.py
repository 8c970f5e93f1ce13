#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Configuration: five mistakes are five errors with file, line and column in one run; a
running gateway takes a good new one from its date and refuses a bad one."""
import os
import re
import signal
import sys
import unittest
from datetime import datetime, timedelta, timezone

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "../../lib"))
from plant_rig import Rig, figures, free_port, relative, wait_until  # noqa: E402

BAD_CONFIG = 78
COAL = "emission_factor: {value: 94.6 t CO2/TJ, source: test}"
# What is wrong, the text that becomes it, what the error must name.
MISTAKES = (
    ("unknown key", 'client_id: "g1"', 'clientid: "g1"', "clientid"),
    ("unknown word", "metric: tyres,    kind: amount", "metric: tyres, kind: amont",
     "did you mean 'amount'?"),
    ("wrong unit", "ncv: {value: 25.8 GJ/t", "ncv: {value: 25.8 GJ/h", "GJ/h"),
    ("unknown point", "{point: kiln_meal_a}", "{point: kiln_meal_x}", "kiln_meal_x"),
    ("bad duration", "idle: 60s", "idle: 60 bananas", "bananas"),
)


class ConfigTest(unittest.TestCase):
    def test_five_mistakes_are_five_errors_in_one_run(self):
        with Rig() as rig:
            gateway = rig.gateway("g1", free_port(), free_port())
            text = gateway.text
            wanted = []
            for _, before, behind, word in MISTAKES:
                at = text.index(before)
                wanted.append((text.count("\n", 0, at) + 1, word))
                text = text[:at] + behind + text[at + len(before):]
            gateway.write(text)
            done = gateway.command("check", "--no-environment")
            self.assertEqual(done.returncode, BAD_CONFIG, done.stdout + done.stderr)
            lines = self.errors(gateway, done.stdout + done.stderr)
            self.assertEqual(len(lines), len(MISTAKES), done.stdout + done.stderr)
            for line, word in wanted:
                self.assertTrue([e for e in lines if f":{line}:" in e and word in e],
                                (line, word, lines))
            gateway.spawn()
            self.assertEqual(gateway.process.wait(30), BAD_CONFIG)
            self.assertEqual(self.errors(gateway, gateway.tail(100)), lines)
            self.assertFalse(os.path.exists(gateway.state))
            figures("five mistakes", errors=len(lines), exit=done.returncode)

    def errors(self, gateway, text):
        """The lines file:line:column: words."""
        name = re.escape(os.path.basename(gateway.conf))
        return sorted(line[line.index(os.path.basename(gateway.conf)):]
                      for line in text.splitlines()
                      if re.search(name + r":\d+:\d+: ", line))

    def hangup(self, gateway, word):
        seen = gateway.tail(1000).count(word)
        gateway.process.send_signal(signal.SIGHUP)
        wait_until(lambda: gateway.tail(1000).count(word) > seen, 20, gateway.tail)

    def play(self, rig, gateway, played, *options):
        plant = rig.simulate(gateway, "--seed", "5", *options)
        truth = plant.finish()
        played += plant.confirmed()
        gateway.wait_quiet(played)
        return truth, played

    def test_a_running_gateway_takes_a_new_configuration_or_keeps_the_old_one(self):
        with Rig() as rig:
            broker = rig.broker()
            registry = rig.registry()
            gateway = rig.gateway("g1", broker.port, registry.port)
            gateway.start()
            _, played = self.play(rig, gateway, 0, "--from", "9h", "--hours", "3")
            before = gateway.status()["config_hash"]
            gateway.write(gateway.text.replace("kind: rate", "kind: rat", 1))
            self.hangup(gateway, "the old configuration goes on")
            self.assertTrue(gateway.alive())
            self.assertEqual(gateway.status()["config_hash"], before)
            self.assertIn(f"{os.path.basename(gateway.conf)}:", gateway.tail(1000))

            # Another factor for coal, from a date between the hours to come.
            hour = datetime.now(timezone.utc).replace(minute=0, second=0, microsecond=0)
            date = (hour - timedelta(hours=4)).strftime("%Y-%m-%dT%H:%M:%SZ")
            changed = gateway.text.replace(COAL, (
                "emission_factor: [{from: 2020-01-01, value: 94.6 t CO2/TJ, "
                f"source: test}}, {{from: \"{date}\", value: 100 t CO2/TJ, "
                "source: new}]"))
            self.assertNotEqual(changed, gateway.text)
            gateway.write(changed)
            self.hangup(gateway, "change now")
            _, played = self.play(rig, gateway, played, "--from", "6h", "--hours", "4")
            self.check_factors(gateway, registry, date)
            line = gateway.replay()
            self.assertEqual(gateway.end(), 0)
            gateway.start()
            self.assertEqual(gateway.replay().split()[0], line.split()[0])
            print("replay:", gateway.replay())

    def check_factors(self, gateway, registry, date):
        last = (datetime.fromisoformat(date.replace("Z", "+00:00")) +
                timedelta(hours=1)).strftime("%Y-%m-%dT%H:%M:%SZ")
        wait_until(lambda: ("clinker", last) in gateway.latest(), 30,
                   lambda: str(sorted(gateway.latest())))
        gateway.wait_quiet(0)
        old = new = 0
        for row in registry.rows("g1"):
            if row["process"] != "clinker":
                continue
            coal = registry.whole(row["key"])["streams"][0]
            inputs = {i["name"]: i["quantity"].get("value") for i in coal["inputs"]}
            factor = 100 if row["window_start"] >= date else 94.6
            self.assertLess(relative(inputs["emission_factor"], factor), 1e-12, row)
            co2 = inputs["fuel_quantity"] * inputs["ncv"] / 1000 * factor
            self.assertLess(relative(coal["co2e"]["value"], co2), 1e-9)
            old += factor == 94.6
            new += factor == 100
        self.assertGreaterEqual(old, 4)
        self.assertGreaterEqual(new, 2)
        figures("changed factor", hours_before=old, hours_behind=new)


if __name__ == "__main__":
    unittest.main(verbosity=2)
