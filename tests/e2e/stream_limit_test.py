# SPDX-License-Identifier: GPL-3.0-or-later
"""The 129th stream of a connection waits for one of the 128 to end, as with ALB; other connections do not."""
import asyncio
import unittest

import grpc
from e2e import CHANNEL_OPTIONS, PATIENCE, EndToEndTest, RouteGuide, note
from grpc import aio

LIMIT = 128


class StreamLimit(EndToEndTest):
    def test_the_129th_chat_waits(self):
        asyncio.run(asyncio.wait_for(self.story(self.demo()), PATIENCE))

    async def story(self, balancer):
        with open(balancer.ca, "rb") as file:
            trust = grpc.ssl_channel_credentials(file.read())
        async with (aio.secure_channel(balancer.address, trust, CHANNEL_OPTIONS) as full,
                    aio.secure_channel(balancer.address, trust, CHANNEL_OPTIONS) as other):
            chats = await asyncio.gather(*(self.open_chat(full, number) for number in range(LIMIT)))
            late = asyncio.ensure_future(self.open_chat(full, LIMIT))
            # By the time of this answer the late one could have had its own.
            await self.close(await self.open_chat(other, LIMIT + 1))
            self.assertFalse(late.done())
            await self.close(chats.pop())
            chats.append(await late)
            await asyncio.gather(*(self.close(call) for call in chats))

    async def open_chat(self, channel, place):
        """A chat that has had its first answer."""
        call = RouteGuide(channel).route_chat()
        for word in ("one", "two"):
            await call.write(note(word, place, place))
        self.assertEqual(await call.read(), note("one", place, place))
        return call

    async def close(self, call):
        await call.done_writing()
        self.assertIs(await call.read(), aio.EOF)
        self.assertEqual(await call.code(), grpc.StatusCode.OK)


if __name__ == "__main__":
    unittest.main(verbosity=2)
