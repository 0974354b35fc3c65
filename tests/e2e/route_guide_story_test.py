#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""The demo, from its ready line to its access log: all four kinds of call arrive and return unchanged."""
import json
import os
import queue
import shlex
import signal
import socket
import subprocess
import time
import unittest

import grpc
import harness
from harness import PATIENCE, ROUTEGUIDE, metadata_of, note, pb

BERKSHIRE = pb.Point(latitude=409146138, longitude=-746188906)
EVERYWHERE = pb.Rectangle(lo=pb.Point(latitude=400000000, longitude=-750000000),
                          hi=pb.Point(latitude=420000000, longitude=-730000000))


def four_calls(guide, latitude):
    """What the calls answered, and who answered; chats at a latitude of its own."""
    answers, served_by = {}, []

    def answered(name, call, messages):
        answers[name] = (messages, call.code(), call.details())
        served_by.append(metadata_of(call)["x-served-by"])

    feature, call = guide.get_feature.with_call(BERKSHIRE, timeout=PATIENCE)
    answered("GetFeature", call, [feature])
    call = guide.list_features(EVERYWHERE, timeout=PATIENCE)
    answered("ListFeatures", call, list(call))
    points = [feature.location for feature in answers["ListFeatures"][0][:20]]
    summary, call = guide.record_route.with_call(iter(points), timeout=PATIENCE)
    answered("RecordRoute", call, [summary])
    notes = [note(latitude, i % 2, f"note {i}") for i in range(6)]
    call = guide.route_chat(iter(notes), timeout=PATIENCE)
    answered("RouteChat", call, list(call))
    return answers, served_by


class Demo(harness.Case):
    def setUp(self):
        super().setUp()
        self.program = self.demo("--tasks", "2")
        self.tasks = [task["address"] for task in self.program.ready["tasks"]]

    def test_the_ready_line(self):
        ready = self.program.ready
        self.assertIs(ready["ready"], True)
        self.assertEqual(len(ready["listeners"]), 1)
        self.assertRegex(ready["listeners"][0]["address"], r"^127\.0\.0\.1:[1-9]\d*$")
        self.assertTrue(os.path.isfile(ready["ca"]))
        self.assertEqual(len(set(self.tasks)), 2)
        for task in ready["tasks"]:
            os.kill(task["pid"], 0)

    def test_every_message_arrives_as_from_the_task_itself(self):
        through, served_by = four_calls(self.guide(self.program), 1)
        direct, _ = four_calls(harness.RouteGuide(self.channel(self.tasks[0])), 2)
        for answers, latitude in ((through, 1), (direct, 2)):
            self.assertEqual(answers["GetFeature"][0][0].name,
                             "Berkshire Valley Management Area Trail, Jefferson, NJ, USA")
            self.assertEqual(len(answers["ListFeatures"][0]), 100)
            self.assertEqual(answers["RecordRoute"][0][0].point_count, 20)
            self.assertEqual([(said.location.latitude, said.message) for said in answers["RouteChat"][0]],
                             [(latitude, f"note {i}") for i in (0, 1, 0, 2, 1, 3)])
            del answers["RouteChat"][0][:]
        self.assertEqual(through, direct)
        self.assertEqual(set(served_by), set(self.tasks))

    def test_tasks_take_turns(self):
        guide = self.guide(self.program)
        turns = [guide.served_by() for _ in range(10)]
        self.assertEqual(set(turns), set(self.tasks))
        self.assertTrue(all(one != next_one for one, next_one in zip(turns, turns[1:])), turns)

    def test_a_chat_is_answered_before_the_client_is_done(self):
        said = queue.Queue()
        call = self.guide(self.program).route_chat(iter(said.get, None), timeout=PATIENCE)
        said.put(note(3, 3, "one"))
        for number in range(5):
            said.put(note(3, 3, "two"))
            answers = [next(call) for _ in range(number + 1)]  # stalls here if the balancer gathers
            self.assertEqual(answers[0], note(3, 3, "one"))
        said.put(None)
        self.assertEqual(list(call), [])
        self.assertEqual(call.code(), grpc.StatusCode.OK)

    def test_the_access_log_has_a_line_of_34_fields_per_call(self):
        _, served_by = four_calls(self.guide(self.program), 4)
        lines = [shlex.split(line) for line in self.log_lines(4)]
        self.assertEqual(len(lines), 4)
        by_method = {line[12].split("/")[-2].removesuffix(" HTTP"): line for line in lines}
        self.assertEqual(set(by_method), {"GetFeature", "ListFeatures", "RecordRoute", "RouteChat"})
        for method, task in zip(by_method, served_by):
            line = by_method[method]
            self.assertEqual(len(line), 34, line)
            self.assertEqual((line[0], line[8], line[9]), ("grpcs", "200", "200"))
            self.assertIn(line[4], self.tasks)
            self.assertEqual(line[4], task)
            self.assertEqual(line[12],
                             f"POST https://{self.program.address}/routeguide.RouteGuide/{method} HTTP/2.0")
            self.assertEqual((line[15], line[20], line[22]), ("TLSv1.3", "0", "forward"))
            self.assertRegex(line[17], r"^Root=1-[0-9a-f]{8}-[0-9a-f]{24}$")
            self.assertGreater(int(line[10]), 0)
            self.assertGreater(int(line[11]), 0)
        # 100 features are more bytes than one.
        self.assertGreater(int(by_method["ListFeatures"][11]), 10 * int(by_method["GetFeature"][11]))

    def test_the_tasks_end_with_the_demo(self):
        self.program.end()
        for task in self.program.ready["tasks"]:
            harness.wait_for_end(task["pid"])

    def test_a_client_that_does_not_trust_the_ca_gets_nothing(self):
        other = os.path.join(self.folder, "other")
        path = subprocess.run([harness.CTL, "ca", "--path", "--data", other], capture_output=True, text=True,
                              check=True, timeout=PATIENCE).stdout.strip()
        guide = harness.RouteGuide(self.channel(self.program.address, path))
        with self.assertRaises(grpc.RpcError) as refused:
            guide.served_by()
        self.assertEqual(refused.exception.code(), grpc.StatusCode.UNAVAILABLE)


class RouteGuideProgram(harness.Case):
    def client(self, *words):
        done = subprocess.run([ROUTEGUIDE, "client", *words], capture_output=True, text=True, timeout=PATIENCE,
                              check=False, stdin=subprocess.DEVNULL)
        return done.returncode, done.stdout.splitlines()

    def results(self, *words):
        code, lines = self.client("--json", "--rounds", "2", *words)
        self.assertEqual(code, 0, lines)
        results = [json.loads(line) for line in lines]
        for result in results:
            self.assertRegex(result.pop("servedBy"), r"^127\.0\.0\.1:\d+$")
            self.assertGreater(result.pop("milliseconds"), 0)
        return results

    def test_the_client_sees_no_difference(self):
        direct = self.results("--address", self.serve().address, "--plaintext")
        demo = self.demo()
        through = self.results("--address", demo.address, "--ca", demo.ca)
        self.assertEqual(len(direct), 8)
        self.assertTrue(all(result["received"] and result["status"] == 0 for result in direct))
        self.assertEqual(through, direct)

    def test_the_client_says_in_words_what_failed(self):
        with socket.create_server(("127.0.0.1", 0)) as free:
            port = free.getsockname()[1]
        code, lines = self.client("--address", f"127.0.0.1:{port}", "--plaintext", "--call", "get")
        self.assertEqual(code, 1)
        self.assertIn("status 14", lines[0])

    def test_a_taken_port_is_one_sentence(self):
        taken = self.serve().address
        done = subprocess.run([ROUTEGUIDE, "serve", "--port", taken.split(":")[1]], capture_output=True,
                              text=True, timeout=PATIENCE, check=False)
        self.assertEqual((done.returncode, done.stdout), (2, ""))
        self.assertIn(taken, done.stderr.splitlines()[-1])
        self.assertIn("cannot listen", done.stderr.splitlines()[-1])

    def test_the_server_ends_soon_even_with_an_open_chat(self):
        server = self.serve()
        said = queue.Queue()
        call = self.guide(server).route_chat(iter(said.get, None), timeout=PATIENCE)
        self.addCleanup(said.put, None)
        said.put(note(1, 1, "one"))
        said.put(note(1, 1, "two"))
        next(call)
        server.process.send_signal(signal.SIGTERM)
        begun = time.monotonic()
        self.assertEqual(server.process.wait(PATIENCE), 0)
        self.assertLess(time.monotonic() - begun, 3)


if __name__ == "__main__":
    unittest.main(verbosity=2)
