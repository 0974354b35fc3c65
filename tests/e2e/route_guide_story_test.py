# SPDX-License-Identifier: GPL-3.0-or-later
"""The route guide through the balancer over TLS is the route guide itself: all four calls, message by message, in turns
from both servers, one line each in the access log."""
import datetime
import json
import math
import os
import unittest

from e2e import FEATURES, PATIENCE, EndToEndTest, Outbox, RouteGuide, messages, note, plain_channel, served_by

# The corners may come in any order.
AREA = messages.Rectangle(lo=messages.Point(latitude=420000000, longitude=-740000000),
                          hi=messages.Point(latitude=405000000, longitude=-747500000))


def known_features():
    with open(FEATURES, encoding="utf-8") as file:
        return [messages.Feature(name=item["name"], location=messages.Point(**item["location"]))
                for item in json.load(file)]


def metres(start, end):
    """Great-circle distance."""
    radians = math.pi / 180 / 1e7
    first, second = start.latitude * radians, end.latitude * radians
    half = (math.sin((second - first) / 2) ** 2 + math.cos(first) * math.cos(second) *
            math.sin((end.longitude - start.longitude) * radians / 2) ** 2)
    return 2 * 6371000 * math.asin(math.sqrt(half))


class Story(EndToEndTest):
    def setUp(self):
        super().setUp()
        self.balancer = self.demo("--tasks", "2")
        self.guide = RouteGuide(self.open(self.balancer.channel()))
        self.direct = [RouteGuide(self.open(plain_channel(address))) for address in self.balancer.tasks]
        self.features = known_features()

    def each_way(self):
        """Through the balancer, so often that each server is met, and directly to each server."""
        return [self.guide, self.guide, *self.direct]

    def test_the_ready_line_tells_what_a_client_needs(self):
        ready = self.balancer.ready
        self.assertIs(ready["ready"], True)
        self.assertRegex(self.balancer.address, r"^127\.0\.0\.1:[1-9]\d*$")
        self.assertEqual(ready["ca"], os.path.join(self.folder, "data", "ca", "ca.pem"))
        self.assertEqual(len(set(self.balancer.tasks)), 2)
        for task in ready["tasks"]:
            with open(f"/proc/{task['pid']}/cmdline", encoding="utf-8") as file:
                self.assertIn(task["address"].rsplit(":", 1)[1], file.read().split("\0"))

    def test_get_feature(self):
        unknown = messages.Point(latitude=1, longitude=-1)
        for guide in self.each_way():
            for feature in self.features[:10]:
                self.assertEqual(guide.get_feature(feature.location, timeout=PATIENCE), feature)
            self.assertEqual(guide.get_feature(unknown, timeout=PATIENCE), messages.Feature(location=unknown))

    def test_list_features(self):
        expected = [feature for feature in self.features
                    if 405000000 <= feature.location.latitude <= 420000000
                    and -747500000 <= feature.location.longitude <= -740000000]
        self.assertGreater(len(expected), 20)
        self.assertLess(len(expected), len(self.features) - 20)
        for guide in self.each_way():
            self.assertEqual(list(guide.list_features(AREA, timeout=PATIENCE)), expected)

    def test_record_route(self):
        route = [feature.location for feature in self.features[10:40]] + [messages.Point(latitude=1, longitude=1)]
        length = sum(metres(start, end) for start, end in zip(route, route[1:]))
        for guide in self.each_way():
            summary = guide.record_route(iter(route), timeout=PATIENCE)
            known = sum(any(point == feature.location for feature in self.features) for point in route)
            self.assertEqual((summary.point_count, summary.feature_count), (31, known))
            self.assertAlmostEqual(summary.distance, length, delta=2)
            self.assertLess(summary.elapsed_time, PATIENCE)

    def test_route_chat(self):
        def chat(guide, latitude):
            spots = [0, 1, 2, 0, 2, 0]
            notes = [note(f"message {i}", latitude, spot) for i, spot in enumerate(spots)]
            return [(answer.message, answer.location.longitude)
                    for answer in guide.route_chat(iter(notes), timeout=PATIENCE)]

        for latitude, guide in enumerate(self.each_way()):  # notes stay: each chat has places of its own
            self.assertEqual(chat(guide, latitude),
                             [("message 0", 0), ("message 2", 2), ("message 0", 0), ("message 3", 0)])

    def test_an_answer_comes_before_the_client_half_closes(self):
        outbox = Outbox()
        chat = self.guide.route_chat(iter(outbox), timeout=PATIENCE)
        outbox.put(note("one", 50, 50), note("two", 50, 50))
        self.assertEqual(next(chat).message, "one")
        outbox.put(note("three", 50, 50))
        self.assertEqual([next(chat).message, next(chat).message], ["one", "two"])
        self.assertFalse(outbox.closed)
        self.assertTrue(chat.is_active())
        outbox.close()
        self.assertEqual(list(chat), [])
        self.assertEqual(chat.code().value[0], 0)

    def test_the_servers_take_turns(self):
        served = []
        for i in range(40):
            _, call = self.guide.get_feature.with_call(self.features[i].location, timeout=PATIENCE)
            served.append(served_by(call))
        self.assertEqual(set(served), set(self.balancer.tasks))
        self.assertEqual(served, served[:2] * 20)


class AccessLog(EndToEndTest):
    def test_each_call_has_one_whole_line(self):
        balancer = self.demo()
        guide = RouteGuide(self.open(balancer.channel()))
        place = known_features()[0].location
        guide.get_feature(place, timeout=PATIENCE)
        list(guide.list_features(AREA, timeout=PATIENCE))
        guide.record_route(iter([place] * 5), timeout=PATIENCE)
        list(guide.route_chat(iter([note("a", 1, 1), note("b", 1, 1)]), timeout=PATIENCE))
        self.log_entries(4)
        balancer.stop()  # nothing is written afterwards
        entries = self.log_entries(4)
        self.assertEqual([entry.request for entry in entries],
                         [f"POST https://{balancer.address}/routeguide.RouteGuide/{method} HTTP/2.0"
                          for method in ("GetFeature", "ListFeatures", "RecordRoute", "RouteChat")])
        for entry in entries:
            self.check(entry, balancer)
        self.assertEqual([entry.target for entry in entries], [entries[0].target, entries[1].target] * 2)
        self.assertEqual({entry.target for entry in entries}, set(balancer.tasks))
        self.assertEqual(len({entry.connection_trace_id for entry in entries}), 1)
        self.assertEqual(len({entry.trace_id for entry in entries}), 4)
        self.assertGreater(int(entries[1].sent), 1000)  # many features

    def check(self, entry, balancer):
        self.assertEqual((entry.type, entry.elb_status, entry.target_status), ("grpcs", "200", "200"))
        self.assertRegex(entry.client, r"^127\.0\.0\.1:\d+$")
        self.assertRegex(entry.elb, r"^app/route-guide/[0-9a-f]{16}$")
        begun, ended = (datetime.datetime.strptime(text, "%Y-%m-%dT%H:%M:%S.%fZ")
                        for text in (entry.created, entry.time))
        self.assertLessEqual(begun, ended)
        self.assertLess(abs(ended - datetime.datetime.utcnow()), datetime.timedelta(minutes=5))
        for duration in (entry.request_time, entry.target_time, entry.response_time):
            self.assertRegex(duration, r"^\d+\.\d{3}$")
        self.assertGreater(int(entry.received), 0)
        self.assertGreater(int(entry.sent), 0)
        self.assertIn("grpc-python", entry.user_agent)
        self.assertRegex(entry.ssl_protocol, r"^TLSv1\.[23]$")
        self.assertIn("AES", entry.ssl_cipher)
        self.assertRegex(entry.target_group_arn, r":targetgroup/route-guide-targets/[0-9a-f]{16}$")
        self.assertRegex(entry.trace_id, r"^Root=1-[0-9a-f]{8}-[0-9a-f]{24}$")
        self.assertRegex(entry.certificate, r"^arn:aws:acm:.*:certificate/[0-9a-f]+$")
        self.assertEqual((entry.rule_priority, entry.actions), ("0", "forward"))
        self.assertEqual((entry.target_list, entry.target_status_list), (entry.target, "200"))
        self.assertRegex(entry.connection_trace_id, r"^TID_[0-9a-f]{32}$")
        self.assertEqual(entry.node, "127.0.0.1")
        for empty in ("redirect", "error_reason", "classification", "classification_reason", "transformed_host",
                      "transformed_uri", "transform_status"):
            self.assertEqual(getattr(entry, empty), "-", empty)
        self.assertIn(entry.target, balancer.tasks)


if __name__ == "__main__":
    unittest.main(verbosity=2)
