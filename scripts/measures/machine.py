"""What the measuring needs from the machine, and what there is to know about it."""

import os
import platform
import shutil
import subprocess
import sys
from pathlib import Path

# Commands and the Debian packages that have them.
NEEDED = {
    "curl": "curl", "wrk": "wrk", "parallel": "parallel", "sqlite3": "sqlite3", "mlr": "miller", "time": "time",
    "cc": "gcc", "awk": "mawk",
}


def prepare(folder):
    """Installs the peers that are missing; compiles what is in C. Returns the paths of the server and of a Python."""
    missing = sorted({package for command, package in NEEDED.items() if not shutil.which(command)})
    if missing:
        install(missing)
    server = folder / "server"
    compile_c("server.c", server)
    compile_c("slow-sync.c", folder / "slow-sync.so", "-shared", "-fPIC")
    return server, python_with_aiohttp(folder / "python")


def compile_c(name, output, *options):
    source = Path(__file__).resolve().parent.parent / "peers" / name
    subprocess.run(["cc", "-O2", "-Wall", "-Wextra", *options, "-o", output, source], check=True)


def install(packages):
    if os.environ.get("VISITOR_MERGE_NO_INSTALL"):
        raise SystemExit(
            "VISITOR_MERGE_NO_INSTALL is set, so nothing is installed. Install these, then run this again:\n"
            f"  apt-get install {' '.join(packages)}")
    as_root = [] if os.geteuid() == 0 else ["sudo", "-n"]
    print(
        f"Installing {', '.join(packages)} with {' '.join([*as_root, 'apt-get'])}; VISITOR_MERGE_NO_INSTALL=1 refuses that.",
        file=sys.stderr)
    environment = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    try:
        for step in [["update"], ["install", "-y", "--no-install-recommends", *packages]]:
            subprocess.run([*as_root, "apt-get", *step], check=True, env=environment, capture_output=True)
    except (OSError, subprocess.CalledProcessError):
        raise SystemExit(f"These packages are missing and could not be installed: {' '.join(packages)}")


def python_with_aiohttp(folder):
    """A Python of its own with aiohttp and what that needs: the versions, and the very files, that are written down."""
    python, installed = folder / "bin" / "python", folder / "installed.txt"
    wanted = Path(__file__).resolve().parent.parent / "requirements" / "benchmark.txt"
    if installed.exists() and installed.read_bytes() == wanted.read_bytes():
        return python
    install = ["install", "--require-hashes", "--only-binary", ":all:", "-r", str(wanted)]
    if os.environ.get("VISITOR_MERGE_NO_INSTALL"):
        raise SystemExit(
            "VISITOR_MERGE_NO_INSTALL is set, so nothing is installed. Run these, then run this again:\n"
            f"  python3 -m venv '{folder}' && '{folder}/bin/pip' {' '.join(install)} && cp '{wanted}' '{installed}'")
    print(f"Installing aiohttp from PyPI into {folder}; VISITOR_MERGE_NO_INSTALL=1 refuses that.", file=sys.stderr)
    subprocess.run([sys.executable, "-m", "venv", "--clear", folder], check=True)
    subprocess.run([python, "-m", "pip", "--quiet", *install], check=True)
    shutil.copy(wanted, installed)
    return python


def facts(folder, tool, python):
    """The machine and the versions of everything that is compared."""
    processor = first_line("lscpu | sed -n 's/^Model name: *//p'")
    return {
        "processor": processor if processor != "-" else platform.processor() or platform.machine(),
        "cores": os.cpu_count(),
        "memory_gb": round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30, 1),
        "kernel": platform.release(),
        "system": first_line(". /etc/os-release && echo $PRETTY_NAME"),
        "file_system": first_line(f"findmnt --noheadings --output FSTYPE --target '{folder}'"),
        "load": [round(load, 2) for load in os.getloadavg()],
        "visitor-merge": first_line(f"'{tool}' --version"),
        "commit": first_line("git describe --always --dirty"),
        "swift": first_line("swift --version 2>/dev/null"),
        "sqlite3": first_line("sqlite3 --version | cut -d' ' -f1"),
        "curl": first_line("curl --version | cut -d' ' -f2"),
        "wrk": first_line("wrk --version | cut -d' ' -f2"),
        "parallel": first_line("parallel --version | sed 's/.* //'"),
        "miller": first_line("mlr --version"),
        "python": first_line(f"'{python}' --version"),
        "aiohttp": first_line(f"'{python}' -c 'import aiohttp; print(aiohttp.__version__)'"),
    }


def first_line(command):
    said = subprocess.run(["sh", "-c", command], capture_output=True, text=True).stdout.strip()
    return said.splitlines()[0] if said else "-"
