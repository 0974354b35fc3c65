# SPDX-License-Identifier: GPL-3.0-or-later
"""Targets that speak nonsense or die in the middle of a call cost that call, and nothing else."""
import contextlib
import os
import random
import signal
import socket
import struct
import threading
import unittest

import grpc
from e2e import PATIENCE, EndToEndTest, Outbox, RouteGuide, messages, note, served_by, workspace

HEADERS, SETTINGS, GOAWAY = 1, 4, 7
ACK, END_STREAM, END_HEADERS = 1, 1, 4


def frame(kind, payload=b"", flags=0, stream=0):
    return struct.pack(">I", len(payload))[1:] + struct.pack(">BBI", kind, flags, stream) + payload


GREETING = frame(SETTINGS) + frame(SETTINGS, flags=ACK)
NONSENSE = {
    "nothing": b"",
    "HTTP/1.1": b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n",
    "random bytes": random.Random(7).randbytes(3000),
    "a greeting and no more": GREETING,
    "a greeting and random bytes": GREETING + random.Random(8).randbytes(3000),
    "headers that cannot be decoded": GREETING + frame(HEADERS, b"\xff" * 20, END_STREAM | END_HEADERS, 1),
    "headers of a stream that nobody began": GREETING + frame(HEADERS, b"\x88", END_HEADERS, 9),
    "a farewell": GREETING + frame(GOAWAY, bytes(8)),
}


class Nonsense(EndToEndTest):
    def target(self, words):
        """The address of a server that says these words to everybody who has spoken, and leaves."""
        server = socket.create_server(("127.0.0.1", 0), backlog=64)

        def speak():
            with contextlib.suppress(OSError):
                while True:
                    client, _ = server.accept()
                    with client, contextlib.suppress(OSError):
                        client.settimeout(PATIENCE)
                        client.recv(65536)
                        client.sendall(words)

        thread = threading.Thread(target=speak)
        thread.start()
        self.addCleanup(server.close)
        self.addCleanup(thread.join)
        self.addCleanup(server.shutdown, socket.SHUT_RDWR)
        return f"127.0.0.1:{server.getsockname()[1]}"

    def test_calls_to_it_are_unavailable(self):
        for what, words in NONSENSE.items():
            with self.subTest(what):
                balancer = self.run_workspace(workspace(self.target(words)))
                guide = RouteGuide(self.open(balancer.channel()))
                for _ in range(3):
                    with self.assertRaises(grpc.RpcError) as failed:
                        guide.get_feature(messages.Point(), timeout=PATIENCE)
                    self.assertEqual(failed.exception.code(), grpc.StatusCode.UNAVAILABLE, failed.exception)
                balancer.stop()


class Death(EndToEndTest):
    def setUp(self):
        super().setUp()
        self.balancer = self.demo()
        self.guide = RouteGuide(self.open(self.balancer.channel()))

    @staticmethod
    def kill(task):
        process = os.pidfd_open(task["pid"])
        signal.pidfd_send_signal(process, signal.SIGKILL)
        os.close(process)

    def open_chat(self, place):
        """Who answers it; what the client says, and the call."""
        said = Outbox()
        self.addCleanup(said.close)
        call = self.guide.route_chat(iter(said), timeout=PATIENCE)
        said.put(note("one", place, place), note("two", place, place))
        self.assertEqual(next(call).message, "one")
        return served_by(call), (said, call)

    def test_a_begun_chat_is_reset_and_the_other_ones_go_on(self):
        chats = dict(self.open_chat(place) for place in range(2))
        victim, survivor = self.balancer.ready["tasks"]
        self.kill(victim)
        with self.assertRaises(grpc.RpcError) as ended:
            next(chats[victim["address"]][1])
        # As ALB does once response headers are out: RST_STREAM INTERNAL_ERROR, which clients call INTERNAL.
        self.assertEqual(ended.exception.code(), grpc.StatusCode.INTERNAL)
        said, call = chats[survivor["address"]]
        said.close()
        self.assertEqual((list(call), call.code()), ([], grpc.StatusCode.OK))

    def answers(self):
        try:
            return self.guide.get_feature(messages.Point(), timeout=PATIENCE) is not None
        except grpc.RpcError as error:
            self.assertEqual(error.code(), grpc.StatusCode.UNAVAILABLE)
            return False

    def test_with_no_target_left_calls_fail_at_once_and_work_again_when_one_is_back(self):
        for task in self.balancer.ready["tasks"]:
            self.kill(task)
        self.wait_until(lambda: not any(self.answers() for _ in range(20)), "failing calls")
        port = int(self.balancer.tasks[0].rsplit(":", 1)[1])
        self.route_guide_server(port)
        self.wait_until(self.answers, "an answer")


if __name__ == "__main__":
    unittest.main(verbosity=2)
