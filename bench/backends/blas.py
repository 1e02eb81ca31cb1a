"""Which library PyTorch multiplies matrices with. `python3 blas.py` prints it, and fails where that is the
reference BLAS: Debian's PyTorch takes whatever libblas.so.3 stands for, and the reference is five times as
slow as a BLAS that is meant for use."""

import os
import re
import sys


def loaded(pattern):
    """The paths of the libraries of this process whose file names match."""
    with open("/proc/self/maps") as maps:
        paths = {line.split(maxsplit=5)[5].strip() for line in maps if "/" in line}
    return sorted(path for path in paths if re.search(pattern, os.path.basename(path)))


def openblas_version(path):
    import ctypes

    config = ctypes.CDLL(path).openblas_get_config
    config.restype = ctypes.c_char_p
    return re.search(r"OpenBLAS ([\d.]+)", config().decode()).group(1)


def library():
    """The name and the version of the BLAS of PyTorch; (None, path) is the reference BLAS."""
    import torch

    built = torch.__config__.show()
    onednn = re.search(r"MKL-DNN v([\d.]+)", built)
    beside = f", oneDNN {onednn.group(1)}" if onednn else ""
    mkl = re.search(r"Math Kernel Library Version ([\d.]+)", built)
    if mkl:
        return f"MKL {mkl.group(1)}{beside}", None
    # A product, so that the library is loaded for certain.
    torch.randn(8, 8) @ torch.randn(8, 8)
    # Debian has OpenBLAS in a libblas.so.3 of its own folder, beside libopenblas.so.0.
    openblas = loaded(r"openblas") or [path for path in loaded(r"^libblas\.") if "openblas" in path]
    if openblas:
        return f"OpenBLAS {openblas_version(openblas[0])}{beside}", None
    other = loaded(r"^lib(blis|atlas|mkl|armpl|accelerate)|^libblas\.")
    reference = next((path for path in other if "/blas/" in path or "libblas" in path), None)
    if reference:
        return None, reference
    return (os.path.basename(other[0]) if other else "an unknown BLAS") + beside, None


def refuse_reference():
    """Exits where PyTorch computes with the reference BLAS; gives the library's name otherwise."""
    name, reference = library()
    if reference:
        sys.exit(
            f"PyTorch computes with the reference BLAS ({reference}), which nobody would use: "
            "no comparison with it is honest. On Debian: apt-get install libopenblas0"
        )
    return name


if __name__ == "__main__":
    import torch

    print(f"PyTorch {torch.__version__} with {refuse_reference()}")
