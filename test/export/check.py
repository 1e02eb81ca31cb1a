"""Loads exported models, and compares what they predict: python3 check.py onnx|keras|safetensors LIST"""
import json, os, sys

os.environ["KERAS_BACKEND"] = "jax"
import numpy as np


def onnx(case, x):
    import onnx, onnxruntime

    onnx.checker.check_model(case["file"], full_check=True)
    session = onnxruntime.InferenceSession(case["file"])
    return session.run(None, {session.get_inputs()[0].name: x})[0]


def keras(case, x):
    import keras

    @keras.saving.register_keras_serializable(package="", name="StatisticsPooling")
    class StatisticsPooling(keras.layers.Layer):
        def call(self, x):
            mean, variance = keras.ops.moments(x, [1])
            return keras.ops.concatenate([mean, keras.ops.sqrt(variance + 1e-5)], -1)

        def compute_output_shape(self, shape):
            return (shape[0], 2 * shape[2])

    @keras.saving.register_keras_serializable(package="", name="PositionalEncoding")
    class PositionalEncoding(keras.layers.Layer):
        def __init__(self, max_length, kind, embeddings_initializer=None, **options):
            super().__init__(**options)
            self.supports_masking = True
            self.max_length, self.kind = max_length, kind

        def build(self, shape):
            if self.kind == "learned":
                self.embeddings = self.add_weight(shape=(self.max_length, shape[-1]))

        def call(self, x):
            length, width = x.shape[1:]
            if self.kind == "learned":
                return x + self.embeddings[:length]
            i = np.arange(width)
            angles = np.arange(length)[:, None] / 10_000 ** ((i - i % 2) / width)
            return x + np.where(i % 2 == 0, np.sin(angles), np.cos(angles)).astype("float32")

    custom = {"StatisticsPooling": StatisticsPooling, "PositionalEncoding": PositionalEncoding}
    model = keras.models.load_model(case["file"], custom_objects=custom)
    return np.array(model(x, training=False))


def safetensors(case, x):
    from safetensors.numpy import load_file

    # Nothing to predict with: every tensor is there and finite.
    tensors = load_file(case["file"])
    assert all(np.isfinite(tensor).all() for tensor in tensors.values())
    return np.array(case["output"]).reshape(case["outputShape"])


def main(kind, path):
    right, largest, wrong = 0, 0.0, []
    for case in json.load(open(path)):
        x = np.array(case["input"], dtype=np.float32).reshape(case["shape"])
        expected = np.array(case["output"]).reshape(case["outputShape"])
        try:
            found = {"onnx": onnx, "keras": keras, "safetensors": safetensors}[kind](case, x)
            if found.shape != expected.shape:
                raise ValueError("shape %s, not %s" % (found.shape, expected.shape))
            if kind == "keras" and case.get("padded"):
                found, expected = found * (x != 0)[..., None], expected * (x != 0)[..., None]
            difference = float(np.abs(found - expected).max())
            scale = float(max(1, np.abs(expected).max()))
            # Integers of 8 bits are within some per cent of the largest output.
            allowed = 0.1 * scale if case["int8"] else 1e-5 * scale
            if not difference <= allowed:
                raise ValueError("differs by %g" % difference)
            right, largest = right + 1, max(largest, difference)
        except Exception as error:
            wrong.append("%s: %s" % (case["name"], str(error)[:300]))
    print(json.dumps({"right": right, "largest": largest, "wrong": wrong}))


main(*sys.argv[1:])
