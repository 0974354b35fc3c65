# SPDX-License-Identifier: GPL-3.0-or-later
"""A thousand streams at once over a few connections all end right, and so do calls among them."""
import asyncio
import collections
import unittest

import grpc

from e2e import CHANNEL_OPTIONS, PATIENCE, EndToEndTest, RouteGuide, messages, note

CONNECTIONS = 10  # of 128 streams each
CHATS = 1000
TASKS = 4  # a server remembers 1,000 notes: two of each of its 250 chats, and a third
EVERYWHERE = messages.Rectangle(lo=messages.Point(latitude=-900000000, longitude=-1800000000),
                                hi=messages.Point(latitude=900000000, longitude=1800000000))


class Chat:
    """One chat at a place of its own."""

    def __init__(self, guide, number):
        self.number = number
        self.call = guide.route_chat(timeout=PATIENCE)

    def say(self, word):
        return self.call.write(note(f"{word} of {self.number}", self.number, 7))

    async def answers(self, *words):
        for word in words:
            answer = await self.call.read()
            if answer != note(f"{word} of {self.number}", self.number, 7):
                raise AssertionError(f"chat {self.number} waits for its {word} and gets {answer}")

    async def begin(self):
        await self.say("first")
        await self.say("second")
        await self.answers("first")

    async def end(self):
        await self.say("third")
        await self.answers("first", "second")
        await self.call.done_writing()
        if await self.call.read() is not grpc.aio.EOF:
            raise AssertionError(f"chat {self.number} gets more than its answers")
        return await self.call.code()


class ManyStreams(EndToEndTest):
    def test_a_thousand_at_once(self):
        balancer = self.demo("--tasks", str(TASKS))
        asyncio.run(asyncio.wait_for(self.converse(balancer), 4 * PATIENCE))
        entries = self.log_entries(CHATS + 3 * CONNECTIONS)
        self.assertEqual(len(entries), CHATS + 3 * CONNECTIONS)
        self.assertEqual({(entry.elb_status, entry.target_status) for entry in entries}, {("200", "200")})
        self.assertEqual(len({entry.connection_trace_id for entry in entries}), CONNECTIONS)
        chats = [entry for entry in entries if "RouteChat" in entry.request]
        self.assertLess(max(chat.created for chat in chats), min(chat.time for chat in chats), "not all at once")
        shares = collections.Counter(chat.target for chat in chats)
        self.assertEqual(set(shares), set(balancer.tasks))
        for target, share in shares.items():
            self.assertAlmostEqual(share, CHATS / TASKS, delta=CHATS / TASKS / 10, msg=target)

    async def converse(self, balancer):
        with open(balancer.ca, "rb") as file:
            credentials = grpc.ssl_channel_credentials(file.read())
        channels = [grpc.aio.secure_channel(balancer.address, credentials, CHANNEL_OPTIONS) for _ in range(CONNECTIONS)]
        guides = [RouteGuide(channel) for channel in channels]
        chats = [Chat(guides[i % CONNECTIONS], i) for i in range(CHATS)]
        await asyncio.gather(*(chat.begin() for chat in chats))
        # All are open now, each with an answer, none half-closed.
        await asyncio.gather(*(self.short_calls(guide) for guide in guides))
        codes = await asyncio.gather(*(chat.end() for chat in chats))
        self.assertEqual(collections.Counter(codes), {grpc.StatusCode.OK: CHATS})
        await asyncio.gather(*(channel.close() for channel in channels))

    async def short_calls(self, guide):
        features = [feature async for feature in guide.list_features(EVERYWHERE, timeout=PATIENCE)]
        self.assertEqual(len(features), 100)
        route = [feature.location for feature in features]
        summary, found = await asyncio.gather(guide.record_route(iter(route), timeout=PATIENCE),
                                              guide.get_feature(route[0], timeout=PATIENCE))
        self.assertEqual((summary.point_count, found), (100, features[0]))


if __name__ == "__main__":
    unittest.main(verbosity=2)
