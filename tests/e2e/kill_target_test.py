# SPDX-License-Identifier: GPL-3.0-or-later
"""A server is killed: calls that meet it fail as ALB lets them fail, or go to the other one; then every call goes to
the other one; when it is back it gets its share."""
import collections
import os
import select
import signal
import time
import unittest

import grpc

from e2e import PATIENCE, EndToEndTest, Outbox, RouteGuide, messages, note, served_by

TWO_CHECKS = 12  # seconds: the demo's checks are five seconds apart, with a timeout of two
NOTICED_WITHIN = 30  # seconds: on a slow machine
POINT = messages.Point(latitude=1, longitude=1)


class HeldChat:
    """A chat that is open, with an answer."""

    def __init__(self, guide, place):
        self.outbox = Outbox()
        self.call = guide.route_chat(iter(self.outbox), timeout=3 * PATIENCE)
        self.place = place
        self.say("one")
        self.say("two")
        if next(self.call).message != "one":
            raise AssertionError("a chat with a wrong answer")
        self.target = served_by(self.call)

    def say(self, text):
        self.outbox.put(note(text, self.place, self.place))

    def code(self):
        """The status that the call ends with; waits for the end."""
        self.outbox.close()
        try:
            for _ in self.call:
                pass
        except grpc.RpcError:
            pass
        return self.call.code()


class KillTarget(EndToEndTest):
    def begin(self, *words):
        """A demo, a chat with each of its servers."""
        self.balancer = self.demo(*words)
        self.guide = RouteGuide(self.open(self.balancer.channel()))
        chats = {chat.target: chat for chat in (HeldChat(self.guide, place) for place in (1, 2))}
        self.victim, self.survivor = self.balancer.tasks
        self.assertEqual(set(chats), {self.victim, self.survivor})
        return chats

    def kill_victim(self, chats):
        """Kills the first server and waits until it is gone and its connections are known to be lost."""
        pid = self.balancer.ready["tasks"][0]["pid"]
        descriptor = os.pidfd_open(pid)
        os.kill(pid, signal.SIGKILL)
        self.assertTrue(select.select([descriptor], [], [], PATIENCE)[0])
        os.close(descriptor)
        # Its answer had begun: what is left to say is that the stream is broken.
        self.assertIn(chats[self.victim].code(), (grpc.StatusCode.INTERNAL, grpc.StatusCode.UNAVAILABLE))

    def call(self):
        """Who answered; None when the call failed as it should where its target is gone."""
        try:
            return served_by(self.guide.get_feature.with_call(POINT, timeout=PATIENCE)[1])
        except grpc.RpcError as error:
            self.assertEqual((error.code(), error.details()), (grpc.StatusCode.UNAVAILABLE, "unavailable"))
            return None

    def calls(self, count):
        return collections.Counter(self.call() for _ in range(count))

    def wait_until_noticed(self):
        """Until the checks have noticed: in turns, of two calls in a row one would meet the dead server."""
        self.wait_until(lambda: self.calls(4) == {self.survivor: 4}, "the calls avoid the dead server", NOTICED_WITHIN)

    def assert_still_open(self, chat):
        chat.say("three")
        self.assertEqual([next(chat.call).message, next(chat.call).message], ["one", "two"])

    def revive_victim(self):
        self.route_guide_server(port=int(self.victim.rsplit(":", 1)[1]))
        self.wait_until(lambda: self.victim in self.calls(2), "the new server gets calls", NOTICED_WITHIN)

    def test_calls_that_meet_a_killed_server_fail_until_it_is_noticed(self):
        chats = self.begin()
        self.assertEqual(self.calls(20), {self.victim: 10, self.survivor: 10})
        self.kill_victim(chats)
        met = self.calls(4)
        self.assertEqual(met, {None: 2, self.survivor: 2})
        self.assert_still_open(chats[self.survivor])
        self.wait_until_noticed()
        self.assertEqual(self.calls(50), {self.survivor: 50})
        self.assert_failures_are_502()
        self.revive_victim()
        self.assertEqual(self.calls(20), {self.victim: 10, self.survivor: 10})
        self.assertEqual(chats[self.survivor].code(), grpc.StatusCode.OK)

    def assert_failures_are_502(self):
        unanswered = [entry for entry in self.log_entries(70) if entry.target_status == "-"]
        self.assertGreaterEqual(len(unanswered), 2)
        self.assertEqual({(entry.elb_status, entry.target) for entry in unanswered}, {("502", self.victim)})

    def test_with_retries_no_call_fails(self):
        chats = self.begin("--retry-unprocessed")
        self.kill_victim(chats)
        # Before the checks notice, while they do, and afterwards.
        begun = time.monotonic()
        while time.monotonic() < begun + TWO_CHECKS:
            self.assertEqual(self.calls(10), {self.survivor: 10})
            time.sleep(0.05)
        self.revive_victim()
        self.assertEqual(self.calls(20), {self.victim: 10, self.survivor: 10})
        short = [entry for entry in self.log_entries(100) if "GetFeature" in entry.request]
        self.assertEqual({entry.elb_status for entry in short}, {"200"})


if __name__ == "__main__":
    unittest.main(verbosity=2)
