#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""A thousand chats at once end right, and the 129th of one connection waits its turn."""
import asyncio
import collections
import shlex
import unittest

import grpc
import harness
from grpc import aio
from harness import PATIENCE, note

CHANNELS = 8
STREAMS = 1000
STREAMS_PER_CONNECTION = 128  # ALB's limit
DEADLINE = 120  # seconds for all of it


class Chats:
    """Chats that are open at the same time; each at a place of its own."""

    def __init__(self, program):
        self.program = program
        self.channels = []

    async def __aenter__(self):
        trust = harness.credentials(self.program.ca)
        self.channels = [aio.secure_channel(self.program.address, trust, harness.CHANNEL_OPTIONS)
                         for _ in range(CHANNELS)]
        self.guides = [harness.RouteGuide(channel) for channel in self.channels]
        return self

    async def __aexit__(self, *_):
        for channel in self.channels:
            await channel.close()

    async def open(self, number, guide):
        """A chat that has had its first answer."""
        call = guide.route_chat(timeout=DEADLINE)
        for word in ("one", "two"):
            await call.write(note(number, -number, word))
        answer = await call.read()
        assert answer == note(number, -number, "one"), answer
        return call

    async def close(self, call):
        await call.done_writing()
        assert await call.read() is aio.EOF
        return await call.code()


class ManyStreams(harness.Case):
    @classmethod
    def setUpClass(cls):
        # One for all: grpc.aio does not outlive the loop it began in.
        cls.runner = asyncio.Runner()
        cls.addClassCleanup(cls.runner.close)

    def run_story(self, story):
        return self.runner.run(asyncio.wait_for(story, DEADLINE))

    def test_a_thousand_chats_at_once(self):
        # A task remembers 1,000 notes: four of them forget none of the 2,000.
        program = self.demo("--tasks", "4")

        async def story():
            async with Chats(program) as chats:
                calls = await asyncio.gather(*(chats.open(number, chats.guides[number % CHANNELS])
                                               for number in range(STREAMS)))
                # Here all of them are open. Each answers once more, in its own words.
                await asyncio.gather(*(call.write(note(number, -number, "three"))
                                       for number, call in enumerate(calls)))
                for number, call in enumerate(calls):
                    answers = [await call.read(), await call.read()]
                    self.assertEqual(answers, [note(number, -number, word) for word in ("one", "two")])
                codes = await asyncio.gather(*(chats.close(call) for call in calls))
                return collections.Counter(codes)

        codes = self.run_story(story())
        self.assertEqual(codes, {grpc.StatusCode.OK: STREAMS})
        lines = [shlex.split(line) for line in self.log_lines(STREAMS)]
        self.assertEqual(collections.Counter((line[0], line[8], line[9]) for line in lines),
                         {("grpcs", "200", "200"): STREAMS})
        shares = collections.Counter(line[4] for line in lines)
        self.assertEqual(len(shares), 4)
        self.assertLess(max(shares.values()) - min(shares.values()), STREAMS // 10, shares)

    def test_the_129th_chat_of_a_connection_waits(self):
        program = self.demo()

        async def story():
            async with Chats(program) as chats:
                guide = chats.guides[0]
                calls = await asyncio.gather(*(chats.open(number, guide)
                                               for number in range(STREAMS_PER_CONNECTION)))
                late = asyncio.ensure_future(chats.open(STREAMS_PER_CONNECTION, guide))
                # Another connection is not held up, so by its answer the late one could have had its own.
                other = await chats.open(STREAMS, chats.guides[1])
                self.assertFalse(late.done())
                codes = [await chats.close(calls.pop())]
                calls += [await asyncio.wait_for(late, PATIENCE), other]
                return codes + list(await asyncio.gather(*(chats.close(call) for call in calls)))

        codes = self.run_story(story())
        self.assertEqual(collections.Counter(codes), {grpc.StatusCode.OK: STREAMS_PER_CONNECTION + 2})


if __name__ == "__main__":
    unittest.main(verbosity=2)
