# SPDX-License-Identifier: GPL-3.0-or-later
"""Spillway's configuration changed while it runs: its workspace file is replaced again and again."""
import contextlib
import json
import os
import threading

from processes import wait_until

APPLIED = "The new configuration is applied."


@contextlib.contextmanager
def swapping(peer, per_second):
    """Each change adds a rule that matches nothing, or takes it away. Begins once the first one is applied."""
    def applied():
        return peer.process.said().count(APPLIED)
    before = applied()
    over = threading.Event()
    thread = threading.Thread(target=swap_until, args=(over, peer.file, 1 / per_second))
    thread.start()
    try:
        wait_until(lambda: applied() > before, f"{peer.process.log}: no new configuration was applied")
        yield
    finally:
        over.set()
        thread.join()


def swap_until(over, file, pause):
    with open(file, encoding="utf-8") as text:
        document = json.load(text)
    listener = document["loadBalancers"][0]["listeners"][0]
    rule = {"priority": 1, "actions": listener["defaultActions"],
            "conditions": [{"field": "path-pattern", "values": ["/nobody.asks/*"]}]}
    while not over.wait(pause):
        listener["rules"] = [] if listener["rules"] else [rule]
        with open(file + ".new", "w", encoding="utf-8") as out:
            json.dump(document, out)
        os.replace(file + ".new", file)
