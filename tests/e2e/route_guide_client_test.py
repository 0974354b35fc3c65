# SPDX-License-Identifier: GPL-3.0-or-later
"""The grpc++ client gets the same from the balancer over TLS as from a server directly."""
import json
import subprocess
import unittest

from e2e import PATIENCE, ROUTEGUIDE, EndToEndTest

ROUNDS = 5


class Client(EndToEndTest):
    def client(self, *words):
        return subprocess.run([ROUTEGUIDE, "client", *words], capture_output=True, text=True, timeout=PATIENCE,
                              check=False, stdin=subprocess.DEVNULL)

    def calls(self, *words):
        """What the client reports of each call, without what differs between two runs."""
        done = self.client("--json", "--rounds", str(ROUNDS), *words)
        self.assertEqual(done.returncode, 0, done)
        calls = [json.loads(line) for line in done.stdout.splitlines()]
        servers = [call.pop("servedBy") for call in calls]
        for call in calls:
            call.pop("milliseconds")
            for message in call["received"]:
                message.pop("elapsed_time", None)
        return calls, servers

    def test_the_same_results_through_the_balancer_and_directly(self):
        balancer, server = self.demo(), self.route_guide_server()
        through, servers = self.calls("--address", balancer.address, "--ca", balancer.ca)
        direct, _ = self.calls("--plaintext", "--address", server.ready["address"])
        self.assertEqual([call["method"] for call in direct],
                         ["GetFeature", "ListFeatures", "RecordRoute", "RouteChat"] * ROUNDS)
        for got, expected in zip(through, direct, strict=True):
            self.assertEqual(got, expected)
            self.assertEqual(got["status"], 0)
            self.assertTrue(got["received"])
        self.assertEqual(set(servers), set(balancer.tasks))
        self.assertEqual(servers, servers[:2] * (2 * ROUNDS))

    def test_words_for_people(self):
        balancer = self.demo()
        done = self.client("--address", balancer.address, "--ca", balancer.ca)
        self.assertEqual(done.returncode, 0, done)
        lines = done.stdout.splitlines()
        self.assertEqual([line.split()[0] for line in lines],
                         ["GetFeature", "ListFeatures", "RecordRoute", "RouteChat"])
        for line in lines:
            self.assertIn("OK", line)
            self.assertTrue(any(address in line for address in balancer.tasks), line)

    def test_who_does_not_trust_the_local_ca_gets_nothing(self):
        balancer = self.demo()
        done = self.client("--address", balancer.address, "--call", "get")
        self.assertEqual(done.returncode, 1, done)
        self.assertNotIn("OK", done.stdout)


if __name__ == "__main__":
    unittest.main(verbosity=2)
