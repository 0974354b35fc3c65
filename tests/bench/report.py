# SPDX-License-Identifier: GPL-3.0-or-later
"""Medians of the repeats as tables, with the first contender's or the best peer's figure as the measure."""
import os
import platform
import statistics
import subprocess

HIGHER_IS_BETTER = ("requests/s", "connections/s", "messages/s")


def medians(samples):
    """[{figure: value}] → {figure: median}"""
    return {figure: statistics.median(sample[figure] for sample in samples) for figure in samples[0]}


def table(scenario, results):
    """results: {contender: {figure: median}}; one row per figure. Peers are compared with spillway, its own variants
    with the first of them."""
    names = list(results)
    compared = "spillway / best peer" if "spillway" in names[1:] else f"last / {names[0]}"
    lines = [f"### {scenario.name}: {scenario.title}", "", f"| | {' | '.join(names)} | {compared} |",
             "|---|" + "---:|" * (len(names) + 1)]
    for figure in results[names[0]]:
        values = [results[name][figure] for name in names]
        lines.append(f"| {figure} | {' | '.join(map(short, values))} | {ratio(figure, names, values)} |")
    return "\n".join(lines) + "\n"


def ratio(figure, names, values):
    if "spillway" in names[1:]:
        others = [value for name, value in zip(names, values) if name != "spillway"]
        base = (max if figure in HIGHER_IS_BETTER else min)(others)
        own = values[names.index("spillway")]
    else:
        base, own = values[0], values[-1]
    return f"{own / base:.2f}" if base > 0 else "–"


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
