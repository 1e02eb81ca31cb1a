"""PyTorch by hand, and Lightning, on OMP_NUM_THREADS threads."""

import hashlib
import os

import torch
from torch import nn
from torch.utils.data import DataLoader, Dataset

import files
import play
import blas
import torch_networks
from torch_networks import adam, loss

threads = int(os.environ.get("OMP_NUM_THREADS", "1"))
torch.set_num_threads(threads)
torch.manual_seed(0)


def about():
    return {"version": torch.__version__.split("+")[0], "library": blas.refuse_reference()}


stepping = {}


def steps(network, milliseconds):
    if network not in stepping:
        stepping[network] = torch_networks.stepper(*torch_networks.make(network))
    return play.steps(stepping[network], milliseconds)


class Frames(Dataset):
    def __init__(self, folder):
        self.paths = files.paths(folder)

    def __len__(self):
        return len(self.paths)

    def __getitem__(self, index):
        # Channels come first in PyTorch.
        return files.load(self.paths[index]).T.copy(), files.label(index)


def loader(dataset):
    # In this process: on two cores, a worker has none to itself.
    return DataLoader(dataset, batch_size=32, shuffle=True)


def tiny():
    return nn.Sequential(nn.Linear(8, 8), nn.ReLU(), nn.Linear(8, torch_networks.classes))


class Numbers(Dataset):
    """Examples in memory, as bench/overhead/numbers.ts has them."""

    def __init__(self, steps, *shape):
        self.x = torch.rand(32 * steps, *shape) - 0.5
        self.y = torch.randint(torch_networks.classes, (32 * steps,))

    def __len__(self):
        return len(self.x)

    def __getitem__(self, index):
        return self.x[index], self.y[index]

    def __getitems__(self, indices):
        return [self.x[indices], self.y[indices]]


def in_memory(dataset):
    return DataLoader(dataset, batch_size=32, shuffle=True, collate_fn=lambda batch: batch)


overhead_data = {
    "tiny": lambda: (tiny(), in_memory(Numbers(500, 8)), 500),
    "speaker": lambda: (torch_networks.make("speaker")[0], in_memory(Numbers(40, 40, 98)), 40),
}


def by_hand(model, batches):
    """An epoch by a loop written by hand, which measures loss and accuracy as well."""
    optimizer = adam(model)

    def epoch():
        model.train()
        total = right = seen = 0
        for x, y in batches:
            optimizer.zero_grad()
            output = model(x)
            value = loss(output, y)
            value.backward()
            optimizer.step()
            total += value.item() * len(y)
            right += (output.argmax(1) == y).sum().item()
            seen += len(y)
        return total / seen, right / seen

    return epoch


def lightning_fit(model, batches, **limits):
    """`fit(checkpoint)`, and the trainer."""
    import logging
    import warnings

    import lightning

    warnings.filterwarnings("ignore")
    logging.getLogger("lightning.pytorch").setLevel(logging.ERROR)

    class Module(lightning.LightningModule):
        def __init__(self):
            super().__init__()
            self.model = model

        def training_step(self, batch, index):
            x, y = batch
            output = self.model(x)
            value = loss(output, y)
            accuracy = (output.argmax(1) == y).float().mean()
            self.log("loss", value, on_step=False, on_epoch=True)
            self.log("accuracy", accuracy, on_step=False, on_epoch=True)
            return value

        def configure_optimizers(self):
            return adam(self.model)

    trainer = lightning.Trainer(
        accelerator="cpu", logger=False, enable_checkpointing=False, enable_progress_bar=False,
        enable_model_summary=False, **limits,
    )
    module = Module()
    return lambda checkpoint=None: trainer.fit(module, batches, ckpt_path=checkpoint), trainer


def by_lightning(model, batches):
    """An epoch by Lightning, whose loop is entered anew each time: it has no other way to be asked."""
    fit, trainer = lightning_fit(model, batches, max_epochs=0)

    def epoch():
        trainer.fit_loop.max_epochs += 1
        fit()

    return epoch


ways = {"hand": by_hand, "framework": by_lightning}
epochs = {}


def epoch(folder, way="hand"):
    if way not in epochs:
        epochs[way] = ways[way](torch_networks.make("speaker")[0], loader(Frames(folder)))
    return play.timed(epochs[way])


loops = {}


def overhead(network, way):
    if (network, way) not in loops:
        model, batches, steps = overhead_data[network]()
        loops[network, way] = ways[way](model, batches), steps
    run, steps = loops[network, way]
    taken = play.timed(run)
    return {name: value / steps for name, value in taken.items()}


state = {}


def prepare(shapes):
    state.update({f"tensor {i}": torch.randn(shape) for i, shape in enumerate(shapes)})
    return {}


def save(path):
    return play.timed(lambda: play.durably(path, lambda file: torch.save(state, file)))


def load(path):
    return play.timed(lambda: torch.load(path))


def sha256_of(path):
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def load_verified(path):
    """PyTorch verifies nothing: what a careful user adds is the sha256 of the file."""
    def run():
        sha256_of(path)
        torch.load(path)

    return play.timed(run)


def about_lightning():
    import lightning

    return {"version": lightning.__version__, "library": f"PyTorch {about()['version']}"}


if __name__ == "__main__":
    play.play({
        "about": about, "about lightning": about_lightning, "steps": steps, "epoch": epoch, "overhead": overhead,
        "prepare": prepare, "save": save, "load": load, "load verified": load_verified,
    })
