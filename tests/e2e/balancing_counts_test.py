# SPDX-License-Identifier: GPL-3.0-or-later
"""Who gets how many requests: algorithms, slow start, weighted groups and all kinds of stickiness, by counting."""
import itertools
import time
import unittest

import e2e
import http_targets
from http_targets import cookie_pairs


class Algorithms(http_targets.TargetsTest):
    """Two or three targets in one group."""

    def run_group(self, targets, **attributes):
        self.run_document(self.document(self.group("targets", targets, **attributes)), *targets)

    def test_round_robin_takes_turns_over_all_connections(self):
        self.run_group(self.targets("a", "b", "c"))
        clients = [self.client() for _ in range(3)]
        order = [client.get().served_by for _ in range(10) for client in clients]
        for turn in range(0, len(order), 3):
            self.assertEqual(order[turn:turn + 3], order[:3])
        self.assertEqual(set(order), {"a", "b", "c"})

    def test_least_outstanding_spares_the_slow_target(self):
        slow, quick = self.targets("slow", "quick")
        self.run_group([slow, quick], algorithm="least_outstanding_requests")
        held = self.hold_a_request(slow)
        client = self.client()
        self.assertEqual(client.count(30), {"quick": 30})
        slow.gate.set()
        self.assertEqual(held.result(e2e.PATIENCE).served_by, "slow")
        self.assertEqual(client.count(30), {"slow": 15, "quick": 15})

    def test_weighted_random_is_even_and_random(self):
        self.run_group(self.targets("a", "b"), algorithm="weighted_random")
        client = self.client()
        order = [client.get().served_by for _ in range(400)]
        self.assertAlmostEqual(order.count("a"), 200, delta=60)  # six standard deviations
        self.assertAlmostEqual(sum(one == next for one, next in itertools.pairwise(order)), 200, delta=60)


class SlowStart(http_targets.TargetsTest):
    """A new target in a group with the shortest slow start, 30 s, looked at for the first 8 s."""

    def share(self, client, name, seconds):
        """Its part of the requests of so many seconds."""
        served = []
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            served.append(client.get().served_by)
        return served.count(name) / len(served)

    def test_the_share_of_a_new_target_rises(self):
        old, new = self.targets("old", "new")
        self.run_document(self.document(self.group("targets", [old], slowStartSeconds=30)), old)
        self.change_workspace(self.document(self.group("targets", [old, new], slowStartSeconds=30)))
        self.wait_until_healthy(old, new)
        begun = time.monotonic()
        client = self.client()
        early = self.share(client, "new", 1.5)  # 3 % : by then it has at most 1.5/30 of the other's share
        time.sleep(begun + 6 - time.monotonic())
        late = self.share(client, "new", 1.5)  # 18 % : at most 7.5/30
        self.assertLess(early, 0.08)
        self.assertGreater(late, 0.1)
        self.assertLess(late, 0.3)


class WeightedGroups(http_targets.TargetsTest):
    """A forward action with several groups."""

    def weighted(self, weights, **action):
        groups = [self.group(name, targets) for name, (_, targets) in weights.items()]
        forward = [{"targetGroup": name, "weight": weight} for name, (weight, _) in weights.items()]
        return self.document(*groups, targetGroups=forward, **action)

    def test_groups_share_by_weight_and_weights_change_at_once(self):
        a, b, c = self.targets("a", "b", "c")
        self.run_document(self.weighted({"one": (1, [a]), "three": (3, [b]), "none": (0, [c])}), a, b, c)
        client = self.client()
        counts = client.count(400)
        self.assertAlmostEqual(counts["a"], 100, delta=52)  # six standard deviations
        self.assertEqual(counts["a"] + counts["b"], 400)
        self.change_workspace(self.weighted({"one": (0, [a]), "three": (0, [b]), "none": (1, [c])}))
        self.wait_until(lambda: client.get().served_by == "c", "the new weights count")
        self.assertEqual(client.count(20), {"c": 20})

    def test_an_empty_group_keeps_its_share(self):
        a, = self.targets("a")
        self.run_document(self.weighted({"one": (1, [a]), "empty": (1, [])}), a)
        client = self.client()
        statuses = [client.get().status for _ in range(200)]
        self.assertAlmostEqual(statuses.count(503), 100, delta=43)
        self.assertEqual(statuses.count(200) + statuses.count(503), 200)

    def test_a_client_stays_with_its_group(self):
        a, b, c = self.targets("a", "b", "c")
        self.run_document(self.weighted({"one": (1, [a]), "two": (1, [b, c])}, targetGroupStickiness={
            "enabled": True, "durationSeconds": 60}), a, b, c)
        client = self.client()
        first = {}
        while not {"a", "b"} <= set(first):
            answer = client.get()
            first[answer.served_by] = answer
        for member, served in (("a", {"a": 40}), ("b", {"b": 20, "c": 20})):
            cookies = first[member].cookies
            self.assertEqual(set(cookies), {"AWSALBTG", "AWSALBTGCORS"})
            for sent in (cookies.values(), [cookies["AWSALBTG"]], [cookies["AWSALBTGCORS"]]):
                with self.subTest(group_of=member, cookies=len(sent)):
                    self.assertEqual(client.count(40, Cookie=cookie_pairs(*sent)), served)

    def test_an_undecodable_cookie_is_logged_and_replaced(self):
        a, = self.targets("a")
        self.run_document(self.weighted({"one": (1, [a])}, targetGroupStickiness={
            "enabled": True, "durationSeconds": 60}), a)
        answer = self.client().get(Cookie="AWSALBTG=nonsense")
        self.assertEqual((answer.status, set(answer.cookies)), (200, {"AWSALBTG", "AWSALBTGCORS"}))
        self.assertEqual(self.log_entries(1)[0].error_reason, "AWSALBTGCookieInvalid")


class BalancerCookie(http_targets.TargetsTest):
    """Stickiness of the type lb_cookie."""

    def run_sticky(self, **stickiness):
        targets = self.targets("a", "b", "c")
        self.run_document(self.document(self.group("targets", targets, stickiness={
            "enabled": True, **stickiness})), *targets)
        return self.client()

    def test_a_client_stays_with_its_target(self):
        client = self.run_sticky()
        self.assertEqual(client.count(30), {"a": 10, "b": 10, "c": 10})
        first = client.get()
        self.assertEqual(set(first.cookies), {"AWSALB", "AWSALBCORS"})
        for sent in (first.cookies.values(), [first.cookies["AWSALB"]], [first.cookies["AWSALBCORS"]]):
            with self.subTest(cookies=len(sent)):
                self.assertEqual(client.count(20, Cookie=cookie_pairs(*sent)), {first.served_by: 20})
        others = client.get()
        self.assertNotEqual(others.served_by, first.served_by)
        mixed = cookie_pairs(others.cookies["AWSALB"], first.cookies["AWSALBCORS"])
        self.assertEqual(client.get(Cookie=mixed).served_by, first.served_by, "the copy for other sites wins")

    def test_the_cookies_have_the_form_of_albs(self):
        cookies = self.run_sticky().get().cookies
        date = r"Expires=\w{3}, \d{2} \w{3} \d{4} \d{2}:\d{2}:\d{2} GMT"
        self.assertRegex(cookies["AWSALB"], rf"^AWSALB=[A-Za-z0-9_-]+; {date}; Path=/$")
        self.assertRegex(cookies["AWSALBCORS"],
                         rf"^AWSALBCORS=[A-Za-z0-9_-]+; {date}; Path=/; SameSite=None; Secure$")

    def test_a_session_ends_with_its_target_and_after_its_duration(self):
        client = self.run_sticky(lbCookieDurationSeconds=1)
        first = client.get()
        sent = cookie_pairs(*first.cookies.values())
        self.assertEqual(client.get(Cookie=sent).served_by, first.served_by)
        self.wait_until(lambda: client.get(Cookie=sent).served_by != first.served_by, "the session is over", within=10)

        answer = client.get()
        gone = next(target for target in self.all if target.name == answer.served_by)
        left = [target for target in self.all if target is not gone]
        self.change_workspace(self.document(self.group("targets", left, stickiness={"enabled": True})))
        self.wait_until_healthy(*left)
        sent = cookie_pairs(*answer.cookies.values())
        again = client.get(Cookie=sent)
        self.assertNotEqual(again.served_by, gone.name)
        renewed = cookie_pairs(*again.cookies.values())
        self.assertEqual(client.count(10, Cookie=renewed), {again.served_by: 10})


class ApplicationCookie(http_targets.TargetsTest):
    """Stickiness of the type app_cookie."""

    def test_the_session_begins_and_lives_with_the_targets_own_cookie(self):
        a, b = targets = self.targets("a", "b")
        self.run_document(self.document(self.group("targets", targets, stickiness={
            "enabled": True, "type": "app_cookie", "appCookieName": "session"})), a, b)
        client = self.client()
        with self.subTest("no session without the target's cookie"):
            self.assertEqual(client.get().cookies, {})
            a.cookies = b.cookies = ["other=1"]
            self.assertEqual(set(client.get().cookies), {"other"})
        a.cookies = b.cookies = ["session=abc; Path=/shop", "other=1"]
        first = client.get()
        self.assertEqual(set(first.cookies), {"session", "other", "AWSALBAPP-0"})
        self.assertRegex(first.cookies["AWSALBAPP-0"], r"; Expires=[^;]+ GMT; Path=/$")
        a.cookies = b.cookies = []
        both = cookie_pairs(first.cookies["session"], first.cookies["AWSALBAPP-0"])
        with self.subTest("both cookies"):
            self.assertEqual(client.count(20, Cookie=both), {first.served_by: 20})
        for name in ("session", "AWSALBAPP-0"):
            with self.subTest(only=name):
                self.assertEqual(client.count(20, Cookie=cookie_pairs(first.cookies[name])), {"a": 10, "b": 10})


if __name__ == "__main__":
    unittest.main()
