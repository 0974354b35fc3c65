# SPDX-License-Identifier: GPL-3.0-or-later
"""The demo's server refuses a taken port in one sentence, ends soon when asked to, and carries messages of any size."""
import subprocess
import time
import unittest

from e2e import PATIENCE, ROUTEGUIDE, EndToEndTest, Outbox, RouteGuide, note, plain_channel, workspace


class RouteGuideServer(EndToEndTest):
    def test_a_taken_port_is_one_sentence(self):
        taken = self.route_guide_server().ready["address"]
        done = subprocess.run([ROUTEGUIDE, "serve", "--port", taken.rsplit(":", 1)[1]], capture_output=True, text=True,
                              timeout=PATIENCE, check=False)
        self.assertEqual((done.returncode, done.stdout), (2, ""))
        self.assertIn(f"cannot listen on {taken}", done.stderr.splitlines()[-1])

    def test_it_ends_soon_even_with_an_open_chat(self):
        server = self.route_guide_server()
        said = Outbox()
        self.addCleanup(said.close)
        call = RouteGuide(self.open(plain_channel(server.ready["address"]))).route_chat(iter(said), timeout=PATIENCE)
        said.put(note("one", 1, 1), note("two", 1, 1))
        next(call)
        begun = time.monotonic()
        server.stop()
        self.assertLess(time.monotonic() - begun, 5)

    def test_messages_of_every_size_return_unchanged(self):
        balancer = self.run_workspace(workspace(self.route_guide_server().ready["address"]))
        guide = RouteGuide(self.open(balancer.channel()))
        # Around the sizes of frames and windows; 4 MiB is as much as gRPC takes unasked.
        for place, size in enumerate((0, 1, 16370, 16384, 16400, 65520, 65536, 1_000_003, 4_000_000)):
            with self.subTest(size):
                large = note(("0123456789x" * (size // 11 + 1))[:size], place, 1)
                call = guide.route_chat(iter([large, note("x", place, 1)]), timeout=PATIENCE, wait_for_ready=True)
                self.assertEqual(list(call), [large])


if __name__ == "__main__":
    unittest.main(verbosity=2)
