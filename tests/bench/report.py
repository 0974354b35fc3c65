# SPDX-License-Identifier: GPL-3.0-or-later
"""Medians of the repeats as tables: Spillway beside the best peer, its own variants beside the first of them."""
import os
import platform
import re
import statistics
import subprocess

HIGHER_IS_BETTER = ("requests/s", "connections/s", "messages/s")


def medians(samples):
    """[{figure: value}] → {figure: median}"""
    return {figure: statistics.median(sample[figure] for sample in samples) for figure in samples[0]}


def table(scenario, results):
    """results: {contender: {figure: median}}; one row per figure."""
    names = list(results)
    beside_peers = "spillway" in names
    compared = "spillway / best peer" if beside_peers else f"to {names[0]}"
    once = " (one run)" if scenario.once else ""
    lines = [f"### {scenario.name}: {scenario.title}{once}", "", f"| | {' | '.join(names)} | {compared} |",
             "|---|" + "---:|" * (len(names) + 1)]
    for figure in results[names[-1]]:
        values = {name: figures[figure] for name, figures in results.items() if figure in figures}
        ratios = ratio_to_best(figure, values) if beside_peers else ratios_to_first(values)
        cells = [short(values[name]) if name in values else "" for name in names]
        lines.append(f"| {figure} | {' | '.join(cells)} | {ratios} |")
    return "\n".join(lines) + "\n"


def ratio_to_best(figure, values):
    peers = [value for name, value in values.items() if name not in ("spillway", "direct")]
    best = (max if figure in HIGHER_IS_BETTER else min)(peers)
    return f"{values['spillway'] / best:.2f}" if best > 0 else "–"


def ratios_to_first(values):
    first, *others = values.values()
    return ", ".join(f"{other / first:.2f}" for other in others)


def short(value):
    return f"{value:.0f}" if value >= 100 else f"{value:.1f}" if value >= 10 else f"{value:.2f}"


def machine():
    """The machine and the programs, as a list."""
    with open("/proc/cpuinfo", encoding="utf-8", errors="replace") as info:
        model = next((line.split(":", 1)[1].strip() for line in info if line.startswith("model name")), "unknown")
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    packages = subprocess.run(["dpkg-query", "-W", "-f", "${Package} ${Version}, ", "haproxy", "nghttp2-proxy", "nginx",
                               "libssl3"], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, check=False)
    return "\n".join([
        f"- {os.cpu_count()} cores of {model}, {memory:.0f} GiB",
        f"- Linux {platform.release()}, {platform.machine()}",
        f"- {packages.stdout.strip(', ')}",
    ])


PEERS = "Spillway beside haproxy, nghttpx and nginx"
WINDOW = "The window"


def write(file, heading, tables, what):
    """Puts a chapter into the file; its other chapters stay."""
    chapter = f"# {heading}\n\nWritten by {what}\n\n{machine()}\n\n" + "\n".join(tables)
    chapters = read_chapters(file) | {heading: chapter}
    with open(file, "w", encoding="utf-8") as out:
        out.write("\n".join(chapters[name] for name in (PEERS, WINDOW) if name in chapters))


def read_chapters(file):
    """{heading: text}"""
    if not os.path.exists(file):
        return {}
    with open(file, encoding="utf-8") as text:
        _, *parts = re.split(r"^(?=# )", text.read(), flags=re.MULTILINE)
    return {part.splitlines()[0][2:]: part.rstrip("\n") + "\n" for part in parts}
