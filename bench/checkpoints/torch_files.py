"""`torch_files.py PATH SHAPES`: saves and loads tensors of these shapes, as each line that it reads
asks for; answers with the milliseconds that it took."""

import json
import os
import sys
import time

import torch

path = sys.argv[1]
state = {f"tensor {i}": torch.randn(shape) for i, shape in enumerate(json.loads(sys.argv[2]))}


def save():
    with open(path + ".tmp", "wb") as file:
        torch.save(state, file)
        file.flush()
        os.fsync(file.fileno())
    os.rename(path + ".tmp", path)
    folder = os.open(os.path.dirname(path), os.O_RDONLY)
    os.fsync(folder)
    os.close(folder)


programs = {
    "save": save,
    "save plain": lambda: torch.save(state, path),
    "load": lambda: torch.load(path),
}

for line in sys.stdin:
    started = time.perf_counter()
    programs[line.strip()]()
    print((time.perf_counter() - started) * 1000, flush=True)
