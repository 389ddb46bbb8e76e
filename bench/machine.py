"""The machine that a benchmark ran on, in words."""

import os
import platform


def describe():
    """Processor, cores, memory and system on one line, and how busy it was."""
    with open("/proc/cpuinfo") as file:
        models = [line.split(":")[1].strip() for line in file if line.startswith("model name")]
    with open("/proc/meminfo") as file:
        kibibytes = int(next(line for line in file if line.startswith("MemTotal")).split()[1])
    cores = len(os.sched_getaffinity(0))
    return (
        f"{models[0] if models else platform.machine()}, {cores} cores to use, {kibibytes / 2**20:.0f} GiB of memory, "
        f"Linux {platform.release()}; load average at the start {os.getloadavg()[0]:.1f}."
    )
