"""Keras 3, on the backend that KERAS_BACKEND names."""

import os

import keras
import numpy
from keras import layers as L

import files
import play

backend = os.environ["KERAS_BACKEND"]
batch, classes = 32, 10


class Statistics(L.Layer):
    def call(self, x):
        mean, variance = keras.ops.moments(x, axes=[1])
        return keras.ops.concatenate([mean, keras.ops.sqrt(variance + 1e-5)], -1)


# The networks of networks.ts.
networks = {
    "tiny": ((8,), lambda: [L.Dense(8, activation="relu")]),
    "dense": ((640,), lambda: [L.Dense(512, activation="relu"), L.Dense(512, activation="relu")]),
    "conv2d": ((98, 40, 1), lambda: [
        L.Conv2D(16, 3, padding="same"), L.BatchNormalization(), L.ReLU(), L.MaxPooling2D(2),
        L.Conv2D(32, 3, activation="relu"), L.GlobalAveragePooling2D()]),
    "conv1d": ((98, 40), lambda: [
        L.Conv1D(64, 5, activation="relu"), L.Conv1D(64, 3, activation="relu"), L.GlobalAveragePooling1D()]),
    "depthwise": ((98, 40, 1), lambda: [
        L.Conv2D(32, 3, strides=2, padding="same", activation="relu"), L.DepthwiseConv2D(3, padding="same"),
        L.BatchNormalization(), L.ReLU(), L.Conv2D(64, 1, activation="relu"),
        L.DepthwiseConv2D(3, strides=2, padding="same"), L.Conv2D(64, 1, activation="relu"),
        L.GlobalAveragePooling2D()]),
    "lstm": ((98, 40), lambda: [L.LSTM(64)]),
    "speaker": ((98, 40), lambda: [
        L.BatchNormalization(), L.Conv1D(64, 5, activation="relu"), L.BatchNormalization(),
        L.Conv1D(64, 3, activation="relu"), L.BatchNormalization(), Statistics(), L.Dropout(0.2),
        L.Dense(64, activation="relu"), L.Dropout(0.2)]),
}


def make(name, metrics=()):
    shape, layers = networks[name]
    model = keras.Sequential([keras.Input(shape), *layers(), L.Dense(classes)])
    model.compile(
        optimizer=keras.optimizers.Adam(1e-5),
        loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True),
        metrics=list(metrics),
    )
    return model


def about():
    if backend == "tensorflow":
        import tensorflow as tf

        library = f"TensorFlow {tf.__version__}, Eigen and oneDNN"
    else:
        import jax

        library = f"JAX {jax.__version__}, XLA"
    return {"version": keras.__version__, "library": library}


stepping = {}


def steps(network, milliseconds):
    if network not in stepping:
        model = make(network)
        x = numpy.random.randn(batch, *networks[network][0]).astype("float32")
        y = numpy.arange(batch) % classes
        stepping[network] = lambda: model.train_on_batch(x, y)
    return play.steps(stepping[network], milliseconds)


def dataset(folder):
    import tensorflow as tf

    paths = files.paths(folder)
    labels = [files.label(i) for i in range(len(paths))]

    def read(path, label):
        frames = tf.io.decode_raw(tf.io.read_file(path), tf.float32)
        return tf.reshape(frames, (98, 40)), label

    examples = tf.data.Dataset.from_tensor_slices((paths, labels)).shuffle(len(paths))
    return examples.map(read).batch(batch).prefetch(1)


fitting = {}


def epoch(folder):
    if not fitting:
        fitting["model"], fitting["data"] = make("speaker", ["accuracy"]), dataset(folder)
    return play.timed(lambda: fitting["model"].fit(fitting["data"], epochs=1, verbose=0))


def by_hand(model, x, y):
    """An epoch by a loop written by hand: one compiled function a step, loss and accuracy read back."""
    import tensorflow as tf

    loss_of, optimizer = model.loss, model.optimizer
    optimizer.build(model.trainable_variables)

    @tf.function(jit_compile=True)
    def step(inputs, labels):
        with tf.GradientTape() as tape:
            output = model(inputs, training=True)
            value = loss_of(labels, output)
        gradients = tape.gradient(value, model.trainable_variables)
        optimizer.apply(gradients, model.trainable_variables)
        right = tf.reduce_sum(tf.cast(tf.argmax(output, 1) == labels, tf.float32))
        return value, right

    def epoch():
        order = numpy.random.permutation(len(x))
        total = right = 0
        for at in range(0, len(x), batch):
            taken = order[at : at + batch]
            value, count = step(x[taken], y[taken])
            total += float(value) * len(taken)
            right += float(count)
        return total / len(x), right / len(x)

    return epoch


ways = {
    "hand": by_hand,
    "framework": lambda model, x, y: lambda: model.fit(x, y, batch_size=batch, epochs=1, verbose=0),
}
steps_of = {"tiny": 500, "speaker": 40}
loops = {}


def overhead(network, way):
    count = steps_of[network]
    if (network, way) not in loops:
        x = numpy.random.rand(batch * count, *networks[network][0]).astype("float32") - 0.5
        y = numpy.random.randint(classes, size=batch * count)
        loops[network, way] = ways[way](make(network, ["accuracy"]), x, y)
    taken = play.timed(loops[network, way])
    return {name: value / count for name, value in taken.items()}


state = {}


def prepare(shapes):
    """Keras saves models: one whose weights have these shapes."""

    class Holder(L.Layer):
        def build(self, _):
            self.kept = [self.add_weight(shape=tuple(shape), name=f"tensor_{i}") for i, shape in enumerate(shapes)]

        def call(self, x):
            return x

    state["model"] = keras.Sequential([keras.Input((1,)), Holder()])
    return {}


def save(path):
    path += ".weights.h5"

    def run():
        temporary = path.replace(".weights", ".tmp.weights")
        state["model"].save_weights(temporary)
        with open(temporary, "rb") as file:
            os.fsync(file.fileno())
        os.rename(temporary, path)
        play.sync_folder(os.path.dirname(path))

    return play.timed(run)


def load(path):
    return play.timed(lambda: state["model"].load_weights(path + ".weights.h5"))


if __name__ == "__main__":
    play.play({
        "about": about, "steps": steps, "epoch": epoch, "overhead": overhead, "prepare": prepare, "save": save,
        "load": load,
    })
