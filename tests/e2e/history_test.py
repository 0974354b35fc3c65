# SPDX-License-Identifier: GPL-3.0-or-later
"""The history on disk holds what was sent, whatever befalls the balancer, and `spillwayctl log` shows it."""
import contextlib
import csv
import io
import json
import os
import resource
import signal
import sqlite3
import subprocess
import threading
import time
import unittest

import e2e
from raw_http1 import Cut, RawClient


class History(e2e.EndToEndTest):
    def setUp(self):
        super().setUp()
        document = e2e.workspace(listeners=[{"protocol": "HTTP", "port": 0}])
        document["loadBalancers"][0]["listeners"][0] |= {
            "defaultActions": [{"type": "fixed-response", "statusCode": 404}],
            "rules": [{"priority": 1, "conditions": [{"field": "path-pattern", "values": ["/ok*"]}],
                       "actions": [{"type": "fixed-response", "statusCode": 200}]}]}
        self.document = document
        self.balancer = self.run_workspace(document, "--history")

    def send(self, count, path="/ok"):
        with contextlib.closing(RawClient(self.balancer.address)) as client:
            for _ in range(count):
                client.get(path)

    def log_command(self, *words):
        return [e2e.CTL, "log", "--data", os.path.join(self.folder, "data"), *words]

    def shown(self, *words):
        """The lines that `spillwayctl log` prints; none before there is a history."""
        said = subprocess.run(self.log_command(*words), check=False, capture_output=True, text=True,
                              timeout=e2e.PATIENCE)
        self.assertTrue(said.returncode == 0 or " yet" in said.stderr, said.stderr)
        return said.stdout.splitlines()

    def await_history(self, count):
        self.wait_until(lambda: len(self.shown()) >= count, f"{count} entries in the history")

    def top(self, *words):
        said = subprocess.run([e2e.CTL, "top", "--once", "--data", os.path.join(self.folder, "data"), *words], check=True,
                              capture_output=True, text=True, timeout=e2e.PATIENCE)
        return said.stdout

    def test_headers_that_the_recording_names_can_be_asked_for(self):
        self.document["loadBalancers"][0]["capture"] = {"loggedHeaders": ["X-Canary"]}
        balancer = self.run_workspace(self.document, "--history")
        with contextlib.closing(RawClient(balancer.address)) as client:
            for value in (b"yes", b"no", b"yes\r\nx-canary: always"):
                client.send(b"GET /ok HTTP/1.1\r\nHost: a\r\nX-Canary: " + value + b"\r\n\r\n")
                client.answer()
        self.await_history(3)
        lines = self.shown("--filter", 'header["x-canary"] ~ ^yes', "--format", "json")
        self.assertEqual([json.loads(line)["headers"]["x-canary"] for line in lines], ["yes", "yes, always"])

    def test_top_tells_the_rates(self):
        self.send(30)
        self.await_history(30)

        def rows():
            table = json.loads(self.top("--format", "json", "--seconds", "600"))
            return {row["kind"]: row | {"requests": round(row["requestsPerSecond"] * table["knownSeconds"])}
                    for row in table["parts"]}
        self.wait_until(lambda: rows().get("listener", {}).get("requests") == 30, "all counted")
        rows = rows()
        self.assertEqual(rows["all"]["errorsPerSecond"], 0)
        self.assertEqual(rows["all"]["requests"], 30)
        self.assertGreater(rows["listener"]["p99Milliseconds"], 0)
        self.assertRegex(self.top(), r"(?m)^listener +e2e/\S+ +[0-9.]+ ")

    def test_follower_may_come_first(self):
        self.balancer.stop()
        folder = os.path.join(self.folder, "later")
        command = [e2e.CTL, "log", "--follow", "--data", folder]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as follower:
            self.addCleanup(follower.kill)
            file = os.path.join(self.folder, "later.spillway.json")
            with open(file, "w", encoding="utf-8") as out:
                json.dump(self.document, out)
            self.balancer = self.keep(e2e.Balancer("run", file, "--history", "--data", folder))
            self.send(1)
            self.assertIn("/ok", follower.stdout.readline())
            follower.send_signal(signal.SIGTERM)
            self.assertEqual(follower.wait(e2e.PATIENCE), 0)

    def test_shows_what_was_sent(self):
        self.send(20)
        self.await_history(20)  # entries of two connections that follow at once may be written either way round
        self.send(5, '/elsewhere?a="b,c"')
        self.await_history(25)
        self.log_entries(25)
        with open(self.log, encoding="utf-8") as lines:
            self.assertEqual(self.shown(), lines.read().splitlines())
        self.assertEqual(len(self.shown("--last", "3")), 3)
        found = [json.loads(line) for line in self.shown("--format", "json", "--filter", "status = 4xx")]
        self.assertEqual([entry["path"] for entry in found], ['/elsewhere?a="b,c"'] * 5)
        self.assertEqual({entry["outcome"] for entry in found}, {"fixed response"})
        table = list(csv.DictReader(io.StringIO("\n".join(self.shown("--format", "csv")))))
        self.assertEqual([row["status"] for row in table], ["200"] * 20 + ["404"] * 5)
        self.assertEqual(table[-1]["path"], '/elsewhere?a="b,c"')

    def test_follows(self):
        self.send(1)
        self.await_history(1)
        following = subprocess.Popen(self.log_command("--follow", "--filter", "status = 404", "--format", "json"),
                                     stdout=subprocess.PIPE, text=True)
        with following:
            for path in ("/a", "/b"):
                self.send(1, path)
                self.assertEqual(json.loads(following.stdout.readline())["path"], path)
            following.send_signal(signal.SIGINT)
            self.assertEqual(following.wait(e2e.PATIENCE), 0)

    def test_a_wrong_filter_is_explained(self):
        said = subprocess.run(self.log_command("--filter", "status = 5xy"), check=False, capture_output=True, text=True)
        self.assertEqual(said.returncode, 2)
        self.assertEqual(said.stderr.splitlines()[1:], ["  status = 5xy", "           ^^^"])

    def test_a_reader_that_has_seen_enough_is_no_error(self):
        self.send(1000)
        self.await_history(1000)
        for words in ((), ("--format", "json"), ("--follow",)):
            with subprocess.Popen(self.log_command(*words), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as said:
                self.assertIn("/ok", said.stdout.readline())
                said.stdout.close()
                self.assertEqual(said.stderr.read(), "", words)
                self.assertEqual(said.wait(e2e.PATIENCE), 0, words)

    def test_says_when_its_words_find_no_room(self):
        self.send(1)
        self.await_history(1)
        with open("/dev/full", "w", encoding="utf-8") as full:
            said = subprocess.run(self.log_command(), check=False, stdout=full, stderr=subprocess.PIPE, text=True)
        self.assertEqual(said.returncode, 2)
        self.assertIn("No space left", said.stderr)

    def test_ends_early_when_it_is_interrupted(self):
        self.send(3000)
        self.await_history(3000)
        with subprocess.Popen(self.log_command(), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as said:
            self.assertIn("/ok", said.stdout.readline())  # and the rest of the first thousand waits for its reader
            said.send_signal(signal.SIGINT)
            lines = said.stdout.readlines()
            self.assertEqual(said.stderr.read(), "")
            self.assertEqual(said.wait(e2e.PATIENCE), 130)
        self.assertLess(len(lines), 2999)
        self.assertTrue(lines[-1].endswith("\n"))

    def test_many_follow_while_it_is_written(self):
        self.send(1)
        self.await_history(1)
        with contextlib.ExitStack() as stack:
            followers = [stack.enter_context(subprocess.Popen(self.log_command("--follow", "--format", form, *words),
                                                              stdout=subprocess.PIPE, text=True))
                         for form in ("alb", "json") for words in ((), ("--filter", "status = 404"))]
            for follower in followers:
                self.addCleanup(follower.kill)
            for _ in range(5):
                self.send(50)
                self.send(50, "/nowhere")
                self.top("--format", "json")
            for follower, count in zip(followers, (501, 250, 501, 250)):
                lines = [follower.stdout.readline() for _ in range(count)]
                self.assertEqual(len(set(lines)), count)
                self.assertEqual(sum("/nowhere" in line for line in lines), 250)
            for follower in followers:
                follower.send_signal(signal.SIGINT)
                self.assertEqual(follower.stdout.read(), "")
                self.assertEqual(follower.wait(e2e.PATIENCE), 0)

    def run_again(self):
        self.balancer = self.run_workspace(self.document, "--history")

    def history_file(self):
        return os.path.join(self.folder, "data", "history.db")

    def test_leaves_a_newer_versions_history_alone(self):
        self.send(3)
        self.await_history(3)
        self.balancer.stop()
        with contextlib.closing(sqlite3.connect(self.history_file())) as database:
            database.execute("PRAGMA user_version = 999")
        said = subprocess.run(self.log_command(), check=False, capture_output=True, text=True)
        self.assertEqual(said.returncode, 2)
        self.assertIn("newer Spillway", said.stderr)
        self.run_again()
        self.wait_until(lambda: "newer Spillway" in self.said(), "word of the newer version")
        self.send(3)  # traffic goes on
        self.balancer.stop()
        with contextlib.closing(sqlite3.connect(self.history_file())) as database:
            self.assertEqual(database.execute("SELECT count(*) FROM entries").fetchone(), (3,))

    def test_sets_a_damaged_history_aside(self):
        self.send(3)
        self.await_history(3)
        self.balancer.stop()
        with open(self.history_file(), "r+b") as file:
            file.write(b"no database any more")
        self.run_again()
        self.wait_until(lambda: "The damaged history is now" in self.said(), "word of the damage")
        self.send(2)
        self.await_history(2)
        self.assertEqual(len(self.shown()), 2)
        self.assertEqual(sum(".damaged-" in name for name in os.listdir(os.path.dirname(self.history_file()))), 1)

    def test_loses_at_most_the_last_second_when_killed(self):
        times = []
        threading.Thread(target=self.send_for_ever, args=(times,), daemon=True).start()
        self.wait_until(lambda: times and time.monotonic() - times[0] > 2, "two seconds of requests")
        killed = time.monotonic()
        self.balancer.process.kill()
        self.balancer.end()
        before = len(self.shown())
        self.assertGreaterEqual(before, sum(each < killed - 1 for each in times))
        self.balancer = self.run_workspace(self.document, "--history")
        self.send(10)
        self.await_history(before + 10)
        self.assertEqual(len(self.shown()), before + 10)

    def send_for_ever(self, times):
        """When each was answered."""
        with contextlib.suppress(Cut, OSError), contextlib.closing(RawClient(self.balancer.address)) as client:
            while True:
                client.get("/ok")
                times.append(time.monotonic())

    def test_goes_on_when_there_is_room_again(self):
        self.send(1)
        self.await_history(1)
        process = self.balancer.process.pid
        unlimited = resource.prlimit(process, resource.RLIMIT_FSIZE)
        # Enough for what it says, not for a database.
        resource.prlimit(process, resource.RLIMIT_FSIZE, (10_000, unlimited[1]))
        self.send(300)
        self.wait_until(lambda: "Cannot write the history" in self.said(), "word of the trouble")
        self.assertEqual(len(self.shown()), 1)
        resource.prlimit(process, resource.RLIMIT_FSIZE, unlimited)
        self.await_history(301)
        self.wait_until(lambda: "is written again" in self.said(), "word of its end")

    def said(self):
        """What the balancer wrote to stderr so far."""
        with open(f"/proc/self/fd/{self.balancer.errors.fileno()}", encoding="utf-8") as errors:
            return errors.read()


if __name__ == "__main__":
    unittest.main()
