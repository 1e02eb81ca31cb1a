"""Orbax, with arrays of JAX."""

import os
import shutil

import jax
import numpy
import orbax.checkpoint as ocp

import play

state = {}
checkpointer = ocp.StandardCheckpointer()


def about():
    return {"version": ocp.__version__, "library": f"JAX {jax.__version__}"}


def prepare(shapes):
    state.update({
        f"tensor {i}": jax.numpy.asarray(numpy.random.randn(*shape).astype("float32"))
        for i, shape in enumerate(shapes)
    })
    return {}


def sync_all(path):
    """Orbax renames its folder, but syncs nothing: every file and folder in it."""
    for folder, _, names in os.walk(path):
        for name in names:
            with open(os.path.join(folder, name), "rb") as file:
                os.fsync(file.fileno())
        play.sync_folder(folder)


def save(path):
    path += ".orbax"

    def run():
        temporary = path + ".new"
        checkpointer.save(temporary, state)
        checkpointer.wait_until_finished()
        sync_all(temporary)
        shutil.rmtree(path, ignore_errors=True)
        os.rename(temporary, path)
        play.sync_folder(os.path.dirname(path))

    return play.timed(run)


def load(path):
    return play.timed(lambda: jax.block_until_ready(checkpointer.restore(path + ".orbax", state)))


if __name__ == "__main__":
    play.play({"about": about, "prepare": prepare, "save": save, "load": load})
