#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""A task that dies costs few calls or none, and gets its share again once it is back."""
import collections
import os
import queue
import signal
import threading
import unittest

import grpc
import harness
from harness import PATIENCE, note, pb

IN_A_ROW = 20  # calls that prove a choice: tasks take turns, so the other one would have been asked


class Callers:
    """Threads that call without pause; each call's outcome is counted."""

    def __init__(self, case, guide, count=4):
        self.guide = guide
        self.over = threading.Event()
        self.lock = threading.Lock()
        self.outcomes = collections.Counter()
        self.threads = [threading.Thread(target=self.call) for _ in range(count)]
        case.addCleanup(self.stop)
        for thread in self.threads:
            thread.start()

    def call(self):
        while not self.over.is_set():
            try:
                outcome = self.guide.served_by()
            except grpc.RpcError as error:
                outcome = error.code()
            with self.lock:
                self.outcomes[outcome] += 1

    def count(self, outcome):
        with self.lock:
            return self.outcomes[outcome]

    def stop(self):
        self.over.set()
        for thread in self.threads:
            thread.join()
        return self.outcomes


class KillTarget(harness.Case):
    def begin(self, *words):
        self.program = self.demo("--tasks", "2", *words)
        self.victim, self.survivor = self.program.ready["tasks"]
        self.guide_ = self.guide(self.program)

    def kill_victim(self):
        os.kill(self.victim["pid"], signal.SIGKILL)
        harness.wait_for_end(self.victim["pid"])

    def answers_in_a_row(self):
        """Who answered the next calls; None when one failed."""
        try:
            return [self.guide_.served_by() for _ in range(IN_A_ROW)]
        except grpc.RpcError as error:
            self.assertEqual(error.code(), grpc.StatusCode.UNAVAILABLE)
            return None

    def await_survivor_only(self):
        alone = [self.survivor["address"]] * IN_A_ROW
        harness.wait_for("calls that the survivor alone answers", lambda: self.answers_in_a_row() == alone)

    def await_fair_shares(self):
        def fair():
            shares = collections.Counter(self.answers_in_a_row() or ())
            return set(shares.values()) == {IN_A_ROW // 2} and len(shares) == 2

        harness.wait_for("fair shares", fair)

    def test_a_dead_task_is_left_out_and_gets_its_share_when_it_is_back(self):
        self.begin()
        self.await_fair_shares()
        self.kill_victim()
        self.await_survivor_only()
        for _ in range(3):
            self.assertEqual(set(self.answers_in_a_row()), {self.survivor["address"]})
        self.serve(self.victim["address"].split(":")[1])
        self.await_fair_shares()

    def open_chat(self, place):
        """Who answers the chat; the queue of what the client says, and the call."""
        said = queue.Queue()
        self.addCleanup(said.put, None)
        call = self.guide_.route_chat(iter(said.get, None), timeout=PATIENCE)
        for word in ("one", "two"):
            said.put(note(place, place, word))
        self.assertEqual(next(call).message, "one")
        return harness.metadata_of(call)["x-served-by"], (said, call)

    def test_chats_of_a_dead_task_are_reset_and_the_others_go_on(self):
        self.begin()
        chats = dict(self.open_chat(place) for place in range(2))
        self.kill_victim()
        _, call = chats[self.victim["address"]]
        with self.assertRaises(grpc.RpcError) as ended:
            next(call)
        # As ALB does once response headers are out: RST_STREAM INTERNAL_ERROR, which clients call INTERNAL.
        self.assertEqual(ended.exception.code(), grpc.StatusCode.INTERNAL)
        said, call = chats[self.survivor["address"]]
        said.put(None)
        self.assertEqual(list(call), [])
        self.assertEqual(call.code(), grpc.StatusCode.OK)

    def test_calls_fail_with_unavailable_until_the_checks_see_it(self):
        self.begin()
        callers = Callers(self, self.guide_)
        harness.wait_for("calls", lambda: callers.count(self.victim["address"]) > 50)
        self.kill_victim()
        self.await_survivor_only()
        outcomes = callers.stop()
        outcomes.pop(grpc.StatusCode.INTERNAL, None)  # an answer that was cut in two
        self.assertEqual(set(outcomes), {self.victim["address"], self.survivor["address"],
                                         grpc.StatusCode.UNAVAILABLE})

    def test_with_retries_no_call_fails(self):
        self.begin("--retry-unprocessed")
        self.await_fair_shares()
        self.kill_victim()
        # It is not unhealthy yet: every second call goes to it first.
        for _ in range(5):
            self.assertEqual(self.answers_in_a_row(), [self.survivor["address"]] * IN_A_ROW)

    def test_with_no_task_left_calls_fail_at_once_and_work_again_when_one_is_back(self):
        self.begin()
        for task in (self.victim, self.survivor):
            os.kill(task["pid"], signal.SIGKILL)
            harness.wait_for_end(task["pid"])
        for _ in range(IN_A_ROW):
            with self.assertRaises(grpc.RpcError) as failed:
                self.guide_.get_feature(pb.Point(), timeout=PATIENCE)
            self.assertEqual(failed.exception.code(), grpc.StatusCode.UNAVAILABLE)
        self.serve(self.victim["address"].split(":")[1])
        harness.wait_for("an answer", self.answers_in_a_row)


if __name__ == "__main__":
    unittest.main(verbosity=2)
