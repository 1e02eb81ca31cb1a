import { describe, expect, it } from "@effect/vitest"
import { mkdirSync, symlinkSync, writeFileSync } from "node:fs"
import { dirname, join } from "node:path"
import * as Effect from "effect/Effect"
import { temporaryFolder } from "holdfast/testing"
import * as Cuda from "../../src/backends/tensorflow/Cuda.js"

/** Makes empty files below a folder. */
const touch = (folder: string, ...paths: ReadonlyArray<string>) =>
  paths.forEach((path) => {
    mkdirSync(dirname(join(folder, path)), { recursive: true })
    writeFileSync(join(folder, path), "")
  })

/** A native package with the file that it downloads. */
const downloaded = (folder: string) => {
  touch(folder, "deps/lib/libtensorflow.so.2.9.1")
  symlinkSync("libtensorflow.so.2.9.1", join(folder, "deps/lib/libtensorflow.so.2"))
}

/** A native package as `native-build` leaves it. */
const built = (folder: string) => {
  touch(folder, "deps/lib/libtensorflow_cc.so.2")
  symlinkSync("libtensorflow_cc.so.2", join(folder, "deps/lib/libtensorflow.so.2"))
}

describe("Cuda.versionIn", () => {
  it.scopedLive("tells what a package brings", () =>
    Effect.gen(function* () {
      const [one, two, none] = [yield* temporaryFolder, yield* temporaryFolder, "/nowhere"]
      downloaded(one)
      built(two)
      expect([one, two, none].map(Cuda.versionIn)).toEqual(["2.9", "2.18", null])
    })
  )
})

describe("Cuda.foldersHere", () => {
  it.scopedLive("lists what the loader searches, the user's first", () =>
    Effect.gen(function* () {
      const root = yield* temporaryFolder
      touch(root, "usr/local/cuda-12.5/lib64/x", "etc/ld.so.conf.d/cuda.conf")
      writeFileSync(join(root, "etc/ld.so.conf.d/cuda.conf"), "# NVIDIA\n/opt/cuda/lib\n")
      const { elsewhere, searched } = Cuda.foldersHere({ LD_LIBRARY_PATH: "/mine:" }, root)
      expect(searched.slice(0, 2)).toEqual(["/mine", "/opt/cuda/lib"])
      expect(searched).toContain(join(root, "usr/lib/x86_64-linux-gnu"))
      expect(elsewhere).toContain(join(root, "usr/local/cuda-12.5/lib64"))
    })
  )
})

describe("Cuda.inspect", () => {
  it.scopedLive("says what is missing, and where it comes from", () =>
    Effect.gen(function* () {
      const [native, libraries] = [yield* temporaryFolder, yield* temporaryFolder]
      built(native)
      touch(libraries, "here/libcudart.so.12", "here/libcufft.so.11", "there/libcudnn.so.9")
      const [here, there] = [join(libraries, "here"), join(libraries, "there")]
      const found = Cuda.inspect(native, { searched: [here], elsewhere: [there] })
      expect(found.libraries.map(({ name }) => name)).toEqual([
        "libcudart.so.12",
        "libcublas.so.12",
        "libcublasLt.so.12",
        "libcufft.so.11",
        "libcurand.so.10",
        "libcusolver.so.11",
        "libcusparse.so.12",
        "libcudnn.so.9"
      ])
      expect(Cuda.describe(found)).toEqual([
        "NVIDIA's driver is not there (libcuda.so.1): without it native TensorFlow computes on the processor",
        "CUDA libraries that TensorFlow 2.18 loads and that are missing: libcublas.so.12, libcublasLt.so.12, libcurand.so.10, libcusolver.so.11, libcusparse.so.12, libcudnn.so.9",
        `some are where the loader does not look; start with LD_LIBRARY_PATH=${there}`,
        "from NVIDIA's Debian repository: apt-get install libcublas-12-5 libcurand-12-5 libcusolver-12-5 libcusparse-12-5",
        "or from PyPI: pip install nvidia-cublas-cu12 nvidia-curand-cu12 nvidia-cusolver-cu12 nvidia-cusparse-cu12, with the lib folders of these packages in LD_LIBRARY_PATH"
      ])
    })
  )

  it.scopedLive("is content where all is there, by the version of TensorFlow", () =>
    Effect.gen(function* () {
      const [native, here] = [yield* temporaryFolder, yield* temporaryFolder]
      downloaded(native)
      const { libraries } = Cuda.inspect(native, { searched: [], elsewhere: [] })
      expect(libraries.map(({ name }) => name)).toContain("libcudnn.so.8")
      touch(here, "libcuda.so.1", ...libraries.map(({ name }) => name))
      expect(Cuda.describe(Cuda.inspect(native, { searched: [here], elsewhere: [] }))).toEqual([
        "NVIDIA's driver is there",
        "the CUDA libraries that TensorFlow 2.9 loads are all there"
      ])
    })
  )

  it("says that it does not know the libraries of another version", () => {
    const unknown = Cuda.inspect("/nowhere", { searched: [], elsewhere: [] })
    expect(Cuda.describe(unknown)[1]).toBe(
      "which CUDA libraries this TensorFlow loads is not known"
    )
  })
})
