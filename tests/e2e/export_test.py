# SPDX-License-Identifier: GPL-3.0-or-later
"""What `spillwayctl export` takes along of real calls, in the eyes of others: Wireshark's dissectors and HAR's schema."""
import base64
import collections
import gzip
import json
import os
import subprocess
import unittest

import e2e
import grpc
import http_targets
import jsonschema
import route_guide_pb2 as messages

# Wireshark has to be told what the ports carry: none of them is HTTP's own.
TSHARK = ["tshark", "-n", "-d"]
HTTP, HTTP2 = "tcp.port==1-65535,http", "tcp.port==1-65535,http2"
SCHEMA = os.path.join(os.path.dirname(__file__), "har_schema.json")
NOTES = [e2e.note(f"note {i}", i % 3, 0) for i in range(6)]
EVERYWHERE = messages.Rectangle(lo=messages.Point(latitude=400000000, longitude=-750000000),
                                hi=messages.Point(latitude=420000000, longitude=-730000000))


def sizes(items):
    return [len(item.SerializeToString()) for item in items]


class Export(e2e.EndToEndTest):
    def setUp(self):
        super().setUp()
        self.server = self.route_guide_server()
        self.balancer = self.run_workspace(e2e.workspace(self.server.ready["address"]), "--history")
        self.begun = 0  # calls that found a healthy target
        self.calls = []  # method, sizes of the messages to the target and of those from it

    def call_all(self):
        guide = e2e.RouteGuide(self.open(self.balancer.channel()))
        point = messages.Point(latitude=409146138, longitude=-746188906)
        self.wait_until(lambda: self.is_healthy(guide, point), "a healthy target")
        feature = guide.get_feature(point)
        self.calls.append(("GetFeature", sizes([point]), sizes([feature])))
        features = list(guide.list_features(EVERYWHERE))
        self.assertGreater(len(features), 20)
        self.calls.append(("ListFeatures", sizes([EVERYWHERE]), sizes(features)))
        points = [point] * 40
        self.calls.append(("RecordRoute", sizes(points), sizes([guide.record_route(iter(points))])))
        self.calls.append(("RouteChat", sizes(NOTES), sizes(guide.route_chat(iter(NOTES)))))

    def is_healthy(self, guide, point):
        try:
            guide.get_feature(point, timeout=e2e.PATIENCE)
        except grpc.RpcError:
            return False
        self.begun += 1
        return True

    def command(self, *words):
        return [e2e.CTL, "export", "--data", os.path.join(self.folder, "data"), *words]

    def export(self, form, recorded, filter_text="grpc.status = OK"):
        """The file, once the history has that many recorded streams for the filter."""
        file = os.path.join(self.folder, "out." + form)

        def is_whole():
            said = subprocess.run(self.command("--filter", filter_text, "--format", form, file), check=False,
                                  capture_output=True, text=True, timeout=e2e.PATIENCE)
            self.assertTrue(said.returncode == 0 or " yet" in said.stderr, said.stderr)
            return f", {recorded} of them " in said.stdout
        self.wait_until(is_whole, f"{recorded} recorded streams")
        return file

    protocol = HTTP2

    def tshark(self, file, show, *fields):
        """Rows of those fields of the packets that the display filter shows."""
        words = [*TSHARK, self.protocol, "-r", file, "-Y", show, "-T", "fields", "-E", "separator=;"]
        for field in fields:
            words += ["-e", field]
        said = subprocess.run(words, check=True, capture_output=True, text=True, timeout=e2e.PATIENCE)
        return [line.split(";") for line in said.stdout.splitlines()]

    def assert_clean(self, file):
        """Ports that are used again are no fault: each stream has a connection of its own in the file."""
        for show in ("_ws.malformed", "tcp.analysis.flags && !tcp.analysis.reused_ports", "tcp.checksum.status == 0",
                     "ip.checksum.status == 0", "_ws.expert.severity >= 0x600000"):
            words = [*TSHARK, self.protocol, "-r", file, "-o", "tcp.check_checksum:TRUE", "-o", "ip.check_checksum:TRUE", "-Y",
                     show]
            said = subprocess.run(words, check=True, capture_output=True, text=True, timeout=e2e.PATIENCE)
            self.assertEqual(said.stdout, "", show)

    def test_wireshark_sees_the_messages(self):
        self.call_all()
        file = self.export("pcapng", len(self.calls) + self.begun)
        self.assert_clean(file)
        target = self.server.ready["address"].rsplit(":", 1)[1]
        listener = self.balancer.address.rsplit(":", 1)[1]
        seen = collections.defaultdict(lambda: ("", [], []))
        for interface, stream, port, lengths in self.tshark(file, "grpc", "frame.interface_name", "tcp.stream",
                                                            "tcp.dstport", "grpc.message_length"):
            method, requests, responses = seen[interface, int(stream)]
            is_request = port == (listener if interface == "client" else target)
            (requests if is_request else responses).extend(int(length) for length in lengths.split(","))
        paths = {int(stream): path.rsplit("/", 1)[1] for stream, path in
                 self.tshark(file, "http2.headers.path", "tcp.stream", "http2.headers.path")}
        for hop in ("client", "target"):
            of_hop = [(paths[stream], requests, responses) for (interface, stream), (_, requests, responses) in
                      sorted(seen.items()) if interface == hop]
            self.assertEqual(of_hop[self.begun:], self.calls, hop)
        # A head each way and trailers, on both hops, with their HPACK.
        trailers = self.tshark(file, "http2.header.name == \"grpc-status\"", "tcp.stream")
        self.assertEqual(len(trailers), 2 * (len(self.calls) + self.begun))

    def test_wireshark_is_told_where_it_is_from(self):
        self.call_all()
        file = self.export("pcapng", len(self.calls) + self.begun)
        with open(file, "rb") as packets:
            self.assertIn(b"no secrets are needed", packets.read(2048))
        comments = self.tshark(file, "frame.comment", "frame.comment")
        self.assertEqual(len(comments), 2 * (len(self.calls) + self.begun))

    def test_wireshark_sees_a_cancelled_call(self):
        guide = e2e.RouteGuide(self.open(self.balancer.channel()))
        point = messages.Point(latitude=1, longitude=1)
        self.wait_until(lambda: self.is_healthy(guide, point), "a healthy target")
        said = e2e.Outbox()
        self.addCleanup(said.close)
        call = guide.route_chat(iter(said))
        said.put(NOTES[0], NOTES[0])
        next(call)
        call.cancel()
        file = self.export("pcapng", 1, 'grpc.method = RouteChat')
        self.assert_clean(file)
        resets = self.tshark(file, "http2.type == 3", "frame.interface_name", "http2.rst_stream.error")
        self.assertIn(["client", "8"], resets)

    def test_har_fits_its_schema(self):
        self.call_all()
        with open(self.export("har", len(self.calls) + self.begun), encoding="utf-8") as file:
            har = json.load(file)
        with open(SCHEMA, encoding="utf-8") as file:
            jsonschema.validate(har, json.load(file), format_checker=jsonschema.FormatChecker())
        entries = har["log"]["entries"][self.begun:]
        for entry, (method, requests, responses) in zip(entries, self.calls, strict=True):
            self.assertTrue(entry["request"]["url"].endswith("/routeguide.RouteGuide/" + method))
            for way, expected in (("send", requests), ("receive", responses)):
                passed = [message for message in entry["_grpcMessages"] if message["type"] == way]
                self.assertEqual([message["size"] for message in passed], expected)
                self.assertEqual([len(base64.b64decode(message["data"])) for message in passed], expected)
            self.assertEqual(entry["_spillway"]["grpc.status"], "OK")
            self.assertEqual(entry["_spillway"]["target"], self.server.ready["address"])
            self.assertAlmostEqual(entry["time"], entry["_spillway"]["duration"] * 1000, delta=1)
        chat = entries[-1]["_grpcMessages"]
        first = next(message for message in chat if message["type"] == "send")
        self.assertEqual(messages.RouteNote.FromString(base64.b64decode(first["data"])), NOTES[0])

    def test_capture_is_as_documented(self):
        self.call_all()
        with gzip.open(self.export("capture", len(self.calls) + self.begun), "rt", encoding="utf-8") as file:
            lines = [json.loads(line) for line in file]
        self.assertEqual((lines[0]["format"], lines[0]["version"]), ("spillway-capture", 1))
        self.assertEqual(lines[-1], {"end": {"streams": len(self.calls) + self.begun}})
        whole = [part["size"] for line in lines for part in line.get("parts", ())
                 if part["kind"] == "message" and (part["hop"], part["direction"]) == ("client", "request")]
        self.assertEqual(whole[self.begun:], [size for _, requests, _ in self.calls for size in requests])

    def test_bad_input_is_told(self):
        out = os.path.join(self.folder, "out.har")
        probe = self.command("--format", "har", os.path.join(self.folder, "probe.har"))
        self.wait_until(lambda: subprocess.run(probe, check=False, capture_output=True,
                                               timeout=e2e.PATIENCE).returncode == 0, "a history")
        for words, expected in ((["--format", "gif", out], "gif"), (["--filter", "status >", out], "status >"), ([], "FILE"),
                                (["--format", "har", "/no/where/out.har"], "/no/where/out.har")):
            with self.subTest(words=words):
                said = subprocess.run(self.command(*words), check=False, capture_output=True, text=True,
                                      timeout=e2e.PATIENCE)
                self.assertEqual(said.returncode, 2)
                self.assertIn(expected, said.stderr)
                self.assertFalse(os.path.exists(out))


class ExportHttp(http_targets.TargetsTest):
    protocol, tshark, assert_clean, command = HTTP, Export.tshark, Export.assert_clean, Export.command
    export = Export.export

    def test_http1_is_seen_by_wireshark_and_fits_the_schema(self):
        targets = self.targets("a")
        self.run_document(self.document(self.group("targets", targets)), *targets, options=["--history"])
        client = self.client()
        for path in ("/a?b=c&d", "/e"):
            self.assertEqual(client.get(path).status, 200)
        for form in ("pcapng", "har"):
            self.export(form, 2, "path ~ \"^/[ae]\"")
        shown = self.tshark(os.path.join(self.folder, "out.pcapng"), "http.request", "http.request.uri")
        self.assertEqual(shown, [["/a?b=c&d"]] * 2 + [["/e"]] * 2)  # on both hops
        answers = self.tshark(os.path.join(self.folder, "out.pcapng"), "http.response", "http.response.code")
        self.assertEqual(answers, [["200"]] * 4)
        self.assert_clean(os.path.join(self.folder, "out.pcapng"))
        with open(os.path.join(self.folder, "out.har"), encoding="utf-8") as file:
            har = json.load(file)
        with open(SCHEMA, encoding="utf-8") as file:
            jsonschema.validate(har, json.load(file), format_checker=jsonschema.FormatChecker())
        self.assertEqual(har["log"]["entries"][0]["request"]["queryString"],
                         [{"name": "b", "value": "c"}, {"name": "d", "value": ""}])


if __name__ == "__main__":
    unittest.main()
