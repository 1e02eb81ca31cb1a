"""What the peers of the examples share: the data and the config that Holdfast trained with, and the answer.

A peer is a program of its own, `NAME.py FOLDER`, which trains what examples/NAME does and answers with one
line. FOLDER holds what bench/examples/writeData.ts has written: the config, and the dataset. An example of
several runs has a folder for each, in their order."""

import json
import os
import sys
import time

import numpy

folders = sys.argv[1:]


def _read(folder, name):
    with open(os.path.join(folder, name)) as file:
        return json.load(file)


configs = [_read(folder, "config.json") for folder in folders]
"""The config of each run, with the seed of this round."""

config = configs[-1]
"""The config of the last run, which is the one to compare: config["training"]["num_epochs"], and so on."""

dataset = _read(folders[-1], "dataset.json")
"""name, classes, inputs and labels as the dataset of that run declares them (bench/examples/writeData.ts)."""


class Split:
    """The examples of a split: inputs, labels, weights and masks, as arrays [size, ...].

    Several by name are a dict of arrays; what the dataset does not have is None. With `normalized`, inputs
    are what the model sees: float32, `x * scale + offset` where the dataset declares a normalization. `run`
    is that of several runs, by default the last."""

    def __init__(self, name, normalized=True, run=-1):
        folder = folders[run]
        self.inputs = _arrays(folder, name, "inputs", normalized)
        self.labels = _arrays(folder, name, "labels")
        self.weights = _arrays(folder, name, "weights")
        self.masks = _arrays(folder, name, "masks")

    def __len__(self):
        first = next(iter(self.inputs.values())) if isinstance(self.inputs, dict) else self.inputs
        return len(first)


def _arrays(folder, split, kind, normalized=False):
    fields = _read(folder, "dataset.json")["inputs" if kind == "inputs" else "labels"]
    found = {}
    for field in fields:
        name = ".".join(part for part in [split, kind, field["name"]] if part is not None)
        path = os.path.join(folder, f"{name}.npy")
        if not os.path.exists(path):
            continue
        array = numpy.load(path)
        normalization = field.get("normalization")
        if normalized and normalization:
            array = array.astype("float32") * numpy.float32(normalization["scale"])
            array += numpy.float32(normalization["offset"])
        found[field["name"]] = array
    return found.get(None) if list(found) == [None] else found or None


class Timer:
    """`with Timer() as timer: …`, and then `timer.seconds`."""

    def __enter__(self):
        self._begin = time.perf_counter()
        return self

    def __exit__(self, *_):
        self.seconds = time.perf_counter() - self._begin


def answer(framework, metrics, seconds):
    """Prints the answer: what was measured on the test split, under the names that Holdfast gives it, and
    the seconds that the epochs took, with their validation. `framework` is "torch" or "keras"."""
    print(json.dumps({"metrics": metrics, "seconds": seconds, **_about(framework)}))


def _about(framework):
    if framework == "torch":
        sys.path.append(os.path.join(os.path.dirname(__file__), "../backends"))
        import blas
        import torch

        version = torch.__version__.split("+")[0]
        return {"framework": f"PyTorch {version}", "library": blas.refuse_reference()}
    import keras

    backend = keras.backend.backend()
    module = __import__(backend)
    names = {"tensorflow": "TensorFlow", "jax": "JAX", "torch": "PyTorch"}
    return {
        "framework": f"Keras {keras.__version__}",
        "library": f"{names[backend]} {module.__version__}",
    }
