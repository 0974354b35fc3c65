#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Bad input gets one clear sentence that names the field, exit code 2, and never replaces what runs.

Usage: ctl_bad_input_test.py PATH_OF_SPILLWAYCTL [unittest arguments]
"""
import contextlib
import copy
import json
import os
import queue
import selectors
import shutil
import signal
import socket
import ssl
import stat
import subprocess
import sys
import tempfile
import threading
import unittest

CTL = ""
PATIENCE = 30  # seconds: the most a step may take before the test fails


def workspace(port=0):
    """A workspace that runs: one HTTPS listener, one gRPC group."""
    return {
        "version": 1,
        "loadBalancers": [{
            "name": "desk",
            "listeners": [{
                "protocol": "HTTPS", "port": port,
                "certificates": [{"source": "local-ca", "names": ["desk.localhost"]}],
                "defaultActions": [{"type": "forward", "targetGroup": "targets"}],
            }],
        }],
        "targetGroups": [{
            "name": "targets", "protocol": "HTTP", "port": 50061, "protocolVersion": "GRPC",
            "targets": [{"id": "127.0.0.1", "port": 50061}],
        }],
    }


def listener(document):
    return document["loadBalancers"][0]["listeners"][0]


def group(document):
    return document["targetGroups"][0]


class Lines:
    """Lines of a stream, read as they come."""

    def __init__(self, stream):
        self.queue = queue.Queue()
        threading.Thread(target=self.read, args=(stream,), daemon=True).start()

    def read(self, stream):
        for line in stream:
            self.queue.put(line)
        self.queue.put("")

    def next(self):
        """The next line; "" at the end of the stream."""
        return self.queue.get(timeout=PATIENCE)

    def until(self, *parts):
        """Reads on to the line that has all the parts."""
        seen = []
        while line := self.next():
            seen.append(line)
            if all(part in line for part in parts):
                return
        raise AssertionError(f"no line has all of {parts}:\n" + "".join(seen))


class Case(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.mkdtemp(prefix="spillway-ctl-")
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)
        self.data = os.path.join(self.folder, "data")

    def write(self, content, name="desk.spillway.json"):
        path = os.path.join(self.folder, name)
        with open(path + ".part", "w", encoding="utf-8") as file:
            file.write(content if isinstance(content, str) else json.dumps(content))
        os.rename(path + ".part", path)
        return path

    def ctl(self, *words):
        return subprocess.run([CTL, *words], capture_output=True, text=True, timeout=PATIENCE, check=False,
                              stdin=subprocess.DEVNULL)

    def check(self, content):
        return self.ctl("check", self.write(content))

    def assert_refused(self, done, *parts):
        """Exit code 2, nothing on stdout that looks like readiness, and one line that has all the parts."""
        text = done.stdout + done.stderr
        self.assertEqual(done.returncode, 2, text)
        self.assertNotIn('"ready"', done.stdout)
        self.assertTrue(any(all(part in line for part in parts) for line in text.splitlines()),
                        f"no line has all of {parts}:\n{text}")
        self.assertNotIn("terminate called", text)

    def start(self, *words):
        """A running spillwayctl, its ready line and the lines of its stderr."""
        process = subprocess.Popen([CTL, *words], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                                   stdin=subprocess.DEVNULL)
        self.addCleanup(self.end, process)
        out, err = Lines(process.stdout), Lines(process.stderr)
        line = out.next()
        if not line:
            self.fail("no ready line:\n" + err.next())
        return process, json.loads(line), err

    @staticmethod
    def end(process):
        if process.poll() is None:
            process.kill()
        process.wait()
        process.stdout.close()
        process.stderr.close()

    def terminate(self, process):
        process.terminate()
        self.assertEqual(process.wait(PATIENCE), 0)


class CommandLine(Case):
    def test_help_and_version(self):
        for words in (["--help"], ["check", "--help"], ["run", "--help"], ["demo", "--help"], ["ca", "--help"]):
            done = self.ctl(*words)
            self.assertEqual(done.returncode, 0, words)
            self.assertIn("Usage: spillwayctl", done.stdout)
        self.assertRegex(self.ctl("--version").stdout, r"^spillwayctl \d+\.\d+\.\d+\n$")

    def test_wrong_words(self):
        self.assert_refused(self.ctl())
        self.assert_refused(self.ctl("frobnicate"), "frobnicate")
        self.assert_refused(self.ctl("check"), "FILE")
        self.assert_refused(self.ctl("demo", "--tasks", "0"), "--tasks")
        self.assert_refused(self.ctl("demo", "--tasks", "many"), "--tasks", "many")
        self.assert_refused(self.ctl("run", "x.json", "--workers", "-1"), "--workers")

    def test_listen_addresses(self):
        for text in ("", "50051", "127.0.0.1", "127.0.0.1:", "127.0.0.1:65536", "127.0.0.1:x", "::1:50051",
                     "[127.0.0.1]:1", "[nonsense]:1", "127.0.0.2:50051", "example.com:50051", "127.0.0.1:-1"):
            with self.subTest(text):
                self.assert_refused(self.ctl("demo", "--data", self.data, f"--listen={text}"), "--listen")

    def test_ca_is_made_and_shown(self):
        done = self.ctl("ca", "--path", "--data", self.data)
        path = os.path.join(self.data, "ca", "ca.pem")
        self.assertEqual((done.returncode, done.stdout), (0, path + "\n"))
        self.assertEqual(stat.S_IMODE(os.stat(os.path.join(self.data, "ca", "ca.key")).st_mode), 0o600)
        explained = self.ctl("ca", "--data", self.data).stdout
        for word in ("curl", "GRPC_DEFAULT_SSL_ROOTS_FILE_PATH", "Python", path):
            self.assertIn(word, explained)

    def test_ca_with_a_public_key_file(self):
        self.ctl("ca", "--data", self.data)
        os.chmod(os.path.join(self.data, "ca", "ca.key"), 0o644)
        self.assert_refused(self.ctl("ca", "--data", self.data), "ca.key", "0600")
        self.assert_refused(self.ctl("run", self.write(workspace()), "--data", self.data), "ca.key", "0600")

    def test_ca_where_no_folder_can_be(self):
        self.assert_refused(self.ctl("ca", "--data", self.write("a file", "file")), "file")


class Check(Case):
    def test_good_file(self):
        done = self.check(workspace(50051))
        self.assertEqual((done.returncode, done.stdout.splitlines()[-1]), (0, "OK"), done)

    def test_unreadable_files(self):
        self.assert_refused(self.ctl("check", "/no/such.json"), "/no/such.json")
        self.assert_refused(self.ctl("check", self.folder), self.folder)
        self.assert_refused(self.check('{"version": 1,\n  "loadBalancers": [}'), "ine 2")
        self.assert_refused(self.check(""), "JSON")
        self.assert_refused(self.check("[]"))
        self.assert_refused(self.check('{"version": 99}'), "version")

    def test_each_mistake_names_its_field(self):
        def broken(change):
            document = workspace(50051)
            change(document)
            return document

        mistakes = [
            (lambda d: listener(d).update(protocl="HTTPS"), ("loadBalancers[0].listeners[0].protocl:", '"protocol"')),
            (lambda d: listener(d).update(port=70000), ("loadBalancers[0].listeners[0].port", "70000", "65535")),
            (lambda d: listener(d).update(port="443"), ("loadBalancers[0].listeners[0].port", "443")),
            (lambda d: listener(d).update(protocol="TCP"), ("listeners[0].protocol", "TCP", "HTTPS")),
            (lambda d: listener(d).update(sslPolicy="Strong"), ("listeners[0].sslPolicy", "Strong")),
            (lambda d: listener(d)["defaultActions"][0].update(targetGroup="other"),
             ("defaultActions[0].targetGroup", "other")),
            (lambda d: d["loadBalancers"].append(copy.deepcopy(d["loadBalancers"][0])),
             ("loadBalancers[1].name", "desk")),
            (lambda d: d["targetGroups"].append(copy.deepcopy(group(d))), ("targetGroups[1].name", "targets")),
            (lambda d: group(d).update(healthCheckIntervalSeconds=5, healthCheckTimeoutSeconds=5),
             ("targetGroups[0].healthCheckTimeoutSeconds", "5")),
            (lambda d: group(d).update(matcher={"grpcCode": "abc"}), ("targetGroups[0].matcher.grpcCode", "abc")),
            (lambda d: group(d).update(matcher={"grpcCode": "100-5"}), ("targetGroups[0].matcher.grpcCode", "100-5")),
            (lambda d: group(d).update(protocolVersion="GRPC2"), ("targetGroups[0].protocolVersion", "GRPC2")),
            (lambda d: group(d)["targets"][0].update(port=0), ("targetGroups[0].targets[0].port", "0")),
        ]
        for change, parts in mistakes:
            with self.subTest(parts):
                self.assert_refused(self.check(broken(change)), *parts)

    def test_all_mistakes_at_once(self):
        document = workspace(70000)
        group(document)["matcher"] = {"grpcCode": "abc"}
        listener(document)["sslPolcy"] = ""
        done = self.check(document)
        for parts in (("listeners[0].port",), ("matcher.grpcCode",), ("sslPolcy", '"sslPolicy"')):
            self.assert_refused(done, *parts)


class Run(Case):
    def run_refused(self, document, *parts):
        done = self.ctl("run", self.write(document), "--data", self.data)
        self.assert_refused(done, *parts)
        self.assertEqual(done.stdout, "")

    def test_invalid_file(self):
        self.run_refused(workspace(70000), "loadBalancers[0].listeners[0].port", "70000")
        self.assert_refused(self.ctl("run", "/no/such.json"), "/no/such.json")

    def test_port_in_use(self):
        with socket.create_server(("127.0.0.1", 0)) as taken:
            port = taken.getsockname()[1]
            self.run_refused(workspace(port), "loadBalancers[0].listeners[0].port", str(port), "held by another program")
            done = self.ctl("demo", "--data", self.data, "--listen", f"127.0.0.1:{port}")
            self.assert_refused(done, str(port), "held by another program")

    def with_files(self, certificate, key):
        document = workspace()
        listener(document)["certificates"] = [
            {"source": "files", "certificateFile": certificate, "privateKeyFile": key}]
        return document

    def test_certificate_files(self):
        def pair(name):
            data = os.path.join(self.folder, name)
            self.assertEqual(self.ctl("ca", "--data", data).returncode, 0)
            return os.path.join(data, "ca", "ca.pem"), os.path.join(data, "ca", "ca.key")

        certificate, key = pair("one")
        _, other = pair("two")
        text = self.write("text", "text.pem")
        field = "loadBalancers[0].listeners[0].certificates[0]"
        self.run_refused(self.with_files("/no/such.pem", key), field + ".certificateFile", "/no/such.pem")
        self.run_refused(self.with_files(text, key), field + ".certificateFile", text, "PEM")
        self.run_refused(self.with_files(certificate, "/no/such.key"), field + ".privateKeyFile", "/no/such.key")
        self.run_refused(self.with_files(certificate, text), field + ".privateKeyFile", text, "PEM")
        self.run_refused(self.with_files(certificate, self.folder), field + ".privateKeyFile", "ordinary file")
        self.run_refused(self.with_files(certificate, other), field + ".privateKeyFile", "does not belong")
        if os.geteuid() != 0:  # nothing is unreadable for root
            os.chmod(key, 0)
            self.run_refused(self.with_files(certificate, key), field + ".privateKeyFile", "Permission denied")

    def test_target_that_does_not_resolve(self):
        document = workspace()
        group(document)["targets"] = [{"id": "no-such-host.invalid", "port": 50061}]
        self.run_refused(document, "targetGroups[0].targets[0]", "no-such-host.invalid")


class Running(Case):
    def address_of(self, ready):
        host, port = ready["listeners"][0]["address"].rsplit(":", 1)
        return host, int(port)

    def greet(self, ready):
        """A TLS handshake that trusts nothing but the CA of the ready line."""
        trust = ssl.create_default_context(cafile=ready["ca"])
        trust.set_alpn_protocols(["h2"])
        with socket.create_connection(self.address_of(ready), PATIENCE) as plain:
            with trust.wrap_socket(plain, server_hostname="desk.localhost") as secure:
                self.assertEqual(secure.selected_alpn_protocol(), "h2")

    def test_a_bad_file_never_replaces_what_runs(self):
        file = self.write(workspace())
        process, ready, err = self.start("run", file, "--data", self.data)
        self.greet(ready)
        self.write(workspace(70000))  # a changed file is read at once
        err.until("loadBalancers[0].listeners[0].port", "70000")
        err.until("goes on")
        self.greet(ready)
        process.send_signal(signal.SIGHUP)  # and when asked to
        err.until("goes on")
        self.greet(ready)
        document = workspace()
        group(document)["name"] = listener(document)["defaultActions"][0]["targetGroup"] = "renamed"
        self.write(document)
        err.until("is applied")
        self.terminate(process)

    def test_clients_that_speak_garbage(self):
        process, ready, _ = self.start("run", self.write(workspace()), "--data", self.data)
        for garbage in (b"GET / HTTP/1.1\r\nHost: x\r\n\r\n", b"\x00" * 512, b"\x16\x03\x01\xff\xff" + b"x" * 100,
                        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"):
            with socket.create_connection(self.address_of(ready), PATIENCE) as client:
                with contextlib.suppress(ConnectionError):  # refused rudely is refused, too
                    client.sendall(garbage)
                    while client.recv(4096):
                        pass
            self.greet(ready)
        self.terminate(process)

    def test_tls_to_a_plaintext_port(self):
        document = workspace()
        listener(document).update(protocol="HTTP")
        del listener(document)["certificates"]
        document["loadBalancers"][0]["beyondAlb"] = {"plaintextHttp2": True}
        process, ready, _ = self.start("run", self.write(document), "--data", self.data)
        for _ in range(2):
            with socket.create_connection(self.address_of(ready), PATIENCE) as client:
                with self.assertRaises(OSError):
                    ssl._create_unverified_context().wrap_socket(client)  # pylint: disable=protected-access
        self.terminate(process)

    def test_an_interrupt_ends_it_well(self):
        process, ready, _ = self.start("run", self.write(workspace()), "--data", self.data)
        process.send_signal(signal.SIGINT)
        self.assertEqual(process.wait(PATIENCE), 0)
        with self.assertRaises(OSError):
            socket.create_connection(self.address_of(ready), PATIENCE)

    def test_local_services_end_with_the_balancer(self):
        document = workspace()
        marker = os.path.join(self.folder, "pid")
        script = (f"import os, signal, socket, sys; open({marker!r}, 'w').write(str(os.getpid())); "
                  "server = socket.create_server(('127.0.0.1', int(sys.argv[1]))); signal.pause()")
        with socket.create_server(("127.0.0.1", 0)) as free:
            port = free.getsockname()[1]
        group(document)["targets"][0]["port"] = port
        document["localServices"] = [
            {"name": "sleeper", "command": [sys.executable, "-c", script, "{port}"], "ports": [port],
             "targetGroup": "targets"}]
        process, _, _ = self.start("run", self.write(document), "--data", self.data)
        with open(marker, encoding="utf-8") as file:
            child = os.pidfd_open(int(file.read()))
        self.addCleanup(os.close, child)
        process.kill()
        with selectors.DefaultSelector() as selector:
            selector.register(child, selectors.EVENT_READ)
            self.assertTrue(selector.select(PATIENCE), "the task outlived the balancer")


if __name__ == "__main__":
    CTL = os.path.abspath(sys.argv.pop(1))
    unittest.main(verbosity=2)
