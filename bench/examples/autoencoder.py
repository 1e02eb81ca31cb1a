"""examples/autoencoder in Keras."""

import os

os.environ.setdefault("KERAS_BACKEND", "tensorflow")

import keras
from keras import layers

import peer
from peer import config

training = config["training"]
keras.utils.set_random_seed(training["seed"])
train, validation, test = (peer.Split(name) for name in ("train", "validation", "test"))
size, epochs, most = training["batch_size"], training["num_epochs"], training["learning_rate"]

model = keras.Sequential([
    keras.Input((28, 28, 1)), layers.Flatten(),
    layers.Dense(config["model"]["units"], activation="relu"),
    layers.Dense(config["model"]["code"], name="code"),
    layers.Dense(config["model"]["units"], activation="relu"),
    layers.Dense(784, activation="sigmoid"),
])
total = epochs * -(-len(train) // size)


class OneCycle(keras.optimizers.schedules.LearningRateSchedule):
    """PyTorch's OneCycleLR, as Holdfast has it: half a cosine up over 0.3 of the steps, and half a cosine down."""

    def __call__(self, step):
        ops = keras.ops
        step, peak, last = ops.cast(step, "float32"), 0.3 * total - 1, total - 1
        cosine = lambda start, end, part: end + (start - end) / 2 * (1 + ops.cos(3.14159265 * part))
        up = cosine(most / 25, most, step / peak)
        down = cosine(most, most / 25e4, (step - peak) / (last - peak))
        return ops.where(step <= peak, up, down)


model.compile(optimizer=keras.optimizers.Adam(OneCycle(), epsilon=1e-8), loss="mse", metrics=["mae"])
best = os.path.join(peer.folders[0], "best.weights.h5")
with peer.Timer() as timer:
    model.fit(
        train.inputs, train.labels, batch_size=size, epochs=epochs, verbose=0,
        validation_data=(validation.inputs, validation.labels),
        callbacks=[keras.callbacks.ModelCheckpoint(best, save_best_only=True, save_weights_only=True)],
    )
model.load_weights(best)
loss, mae = model.evaluate(test.inputs, test.labels, batch_size=256, verbose=0)
peer.answer("keras", {"loss": loss, "mae": mae}, timer.seconds)
