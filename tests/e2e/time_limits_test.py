# SPDX-License-Identifier: GPL-3.0-or-later
"""Nobody has changed a setting: what does not get on is cut after ten seconds, long before the idle timeout."""
import concurrent.futures
import time
import unittest

import e2e
import raw_http2
from raw_http1 import RawClient

LIMIT = 10  # seconds: of a request's head (ours), and of a TLS handshake (alb-behaviour 5.1)


class TimeLimits(e2e.EndToEndTest):
    def setUp(self):
        super().setUp()
        https = {"protocol": "HTTPS", "port": 0, "certificates": [{"source": "local-ca", "names": ["e2e.localhost"]}]}
        self.balancer = self.run_workspace(e2e.workspace(listeners=[{"protocol": "HTTP", "port": 0}, https]))
        self.plain, self.secure = self.balancer.addresses

    def raw(self, address, data, **options):
        """What comes back to these bytes until the balancer closes."""
        client = RawClient(address, patience=e2e.PATIENCE, **options)
        self.addCleanup(client.close)
        client.send(data)
        return client.rest()

    def half_a_header_block(self):
        client = raw_http2.RawConnection(self.plain, patience=e2e.PATIENCE)
        self.addCleanup(client.close)
        client.handshake()
        client.headers(1, flags=raw_http2.END_STREAM)
        return b"" if client.error() == "closed" else b"an error"

    def test_the_defaults(self):
        timed_out = b"HTTP/1.1 408 Request Time-out"
        cases = {
            "half a TLS handshake": (lambda: self.raw(self.secure, b"\x16\x03\x01\x02\x00\x01\x00"), b""),
            "no TLS handshake": (lambda: self.raw(self.secure, b""), b""),
            "half a head": (lambda: self.raw(self.plain, b"GET / HTTP/1.1\r\nHost: a"), timed_out),
            "half a head in TLS":
                (lambda: self.raw(self.secure, b"GET / HTTP/1.1\r\n", ca=self.balancer.ca), timed_out),
            "half a preface": (lambda: self.raw(self.plain, raw_http2.PREFACE[:10]), b""),
            "half a header block": (self.half_a_header_block, b""),
        }

        def timed(ask):
            begun = time.monotonic()
            return ask(), time.monotonic() - begun

        with concurrent.futures.ThreadPoolExecutor(len(cases)) as pool:
            asked = {name: pool.submit(timed, ask) for name, (ask, _) in cases.items()}
        for name, done in asked.items():
            with self.subTest(name):
                got, took = done.result()
                self.assertEqual(got.partition(b"\r\n")[0], cases[name][1])
                self.assertGreater(took, LIMIT - 1)
                self.assertLess(took, LIMIT + 5)


if __name__ == "__main__":
    unittest.main()
