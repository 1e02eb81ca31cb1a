"""A peer: a process that does what each line of its socket asks for, and answers with a line of JSON."""

import json
import os
import socket
import sys
import time
import traceback

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "backends"))


def timed(run):
    """What `run` takes: milliseconds, and milliseconds of processor time of all threads."""
    cpu, start = time.process_time(), time.perf_counter()
    run()
    return {"ms": (time.perf_counter() - start) * 1e3, "cpu": (time.process_time() - cpu) * 1e3}


def steps(step, milliseconds):
    """The median step of so many milliseconds, three steps at least."""
    taken = []
    begin, cpu = time.perf_counter(), time.process_time()
    while len(taken) < 3 or (time.perf_counter() - begin) * 1e3 < milliseconds:
        start = time.perf_counter()
        step()
        taken.append((time.perf_counter() - start) * 1e3)
    each = (time.process_time() - cpu) * 1e3 / len(taken)
    return {"ms": sorted(taken)[len(taken) // 2], "cpu": each}


def sync_folder(path):
    folder = os.open(path, os.O_RDONLY)
    os.fsync(folder)
    os.close(folder)


def durably(path, write):
    """`write(file)`, then fsync, rename and fsync of the folder."""
    with open(path + ".tmp", "wb") as file:
        write(file)
        file.flush()
        os.fsync(file.fileno())
    os.rename(path + ".tmp", path)
    sync_folder(os.path.dirname(path))


def answer(parts, request):
    try:
        return parts[request["part"]](**request.get("of", {}))
    except Exception:
        return {"error": traceback.format_exc(limit=-3)}


def play(parts):
    """Answers until the other side closes. `parts` are functions of what a request is `of`."""
    connection = socket.socket(socket.AF_UNIX)
    connection.connect(os.environ["PEER_SOCKET"])
    with connection.makefile("rw") as lines:
        for line in lines:
            lines.write(json.dumps(answer(parts, json.loads(line))) + "\n")
            lines.flush()
