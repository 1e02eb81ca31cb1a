"""From the start of a process to its first step: resume_peer.py FRAMEWORK CHECKPOINT EXAMPLES. Trains the
speaker network, saves it where there is no checkpoint yet, resumes from it otherwise, and connects after the
first step."""

import os
import sys

framework, path, folder = sys.argv[1:]
resumes = os.path.exists(path)


def by_torch():
    import torch

    import torch_peer as peer

    model = peer.torch_networks.make("speaker")[0]
    optimizer = peer.adam(model)
    if resumes:
        saved = torch.load(path)
        model.load_state_dict(saved["model"])
        optimizer.load_state_dict(saved["optimizer"])
    x, y = next(iter(peer.loader(peer.Frames(folder))))
    model.train()
    peer.loss(model(x), y).backward()
    optimizer.step()
    if not resumes:
        torch.save({"model": model.state_dict(), "optimizer": optimizer.state_dict()}, path)


def by_lightning():
    import torch_peer as peer

    fit, trainer = peer.lightning_fit(
        peer.torch_networks.make("speaker")[0], peer.loader(peer.Frames(folder)), max_steps=2 if resumes else 1
    )
    fit(path if resumes else None)
    if not resumes:
        trainer.save_checkpoint(path)


def by_keras():
    import keras

    import keras_peer as peer

    scope = {"Statistics": peer.Statistics}
    model = keras.saving.load_model(path, custom_objects=scope) if resumes else peer.make("speaker", ["accuracy"])
    model.fit(peer.dataset(folder).take(1), epochs=1, verbose=0)
    if not resumes:
        model.save(path)


{"torch": by_torch, "lightning": by_lightning, "keras": by_keras}[framework]()
import play

if resumes:
    play.play({})
