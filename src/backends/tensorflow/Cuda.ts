import { existsSync, readdirSync, readFileSync, realpathSync } from "node:fs"
import { basename, dirname, join } from "node:path"
import { t } from "../../language/Text.js"

/** A library that native TensorFlow loads to compute on a GPU, and where it was found. */
export interface Library {
  readonly name: string
  /** The Python package, and the package of NVIDIA's Debian repository, that bring it. */
  readonly pip: string
  readonly debian: string
  /** Where the loader finds it; null: nowhere. */
  readonly path: string | null
  /** Where it is though the loader does not look there; null: nowhere that is known. */
  readonly elsewhere: string | null
}

/** What a GPU of NVIDIA needs to compute with native TensorFlow on this machine. */
export interface Cuda {
  /** The version of TensorFlow that decides which libraries; null: it is not known, nor are they. */
  readonly tensorflow: string | null
  /** Whether the driver is there, which brings `libcuda.so.1`. */
  readonly driver: boolean
  readonly libraries: ReadonlyArray<Library>
}

type Needed = readonly [name: string, pip: string, debian: string]

const libraries = (cuda: 11 | 12): ReadonlyArray<Needed> => {
  const [at, of] = cuda === 11 ? ["11-2", "cu11"] : ["12-5", "cu12"]
  const so = (name: string, eleven: string, twelve: string) =>
    `lib${name}.so.${cuda === 11 ? eleven : twelve}`
  return [
    [so("cudart", "11.0", "12"), `nvidia-cuda-runtime-${of}`, `cuda-cudart-${at}`],
    [so("cublas", "11", "12"), `nvidia-cublas-${of}`, `libcublas-${at}`],
    [so("cublasLt", "11", "12"), `nvidia-cublas-${of}`, `libcublas-${at}`],
    [so("cufft", "10", "11"), `nvidia-cufft-${of}`, `libcufft-${at}`],
    [so("curand", "10", "10"), `nvidia-curand-${of}`, `libcurand-${at}`],
    [so("cusolver", "11", "11"), `nvidia-cusolver-${of}`, `libcusolver-${at}`],
    [so("cusparse", "11", "12"), `nvidia-cusparse-${of}`, `libcusparse-${at}`],
    [so("cudnn", "8", "9"), `nvidia-cudnn-${of}`, cuda === 11 ? "libcudnn8" : "libcudnn9-cuda-12"]
  ]
}

/** What each version of TensorFlow that the packages or `native-build` bring loads (its DSO loader). */
const byVersion: Readonly<Record<string, ReadonlyArray<Needed>>> = {
  "2.9": libraries(11),
  "2.18": libraries(12)
}

/**
 * The version of the TensorFlow that a native package has: that of the file that it downloads, or that
 * which `native-build` puts there, under another name.
 */
export const versionIn = (folder: string): string | null => {
  const lib = join(folder, "deps", "lib")
  const file = join(lib, "libtensorflow.so.2")
  if (!existsSync(file)) return null
  const found = /\.so\.(\d+\.\d+)/.exec(basename(realpathSync(file)))?.[1]
  return found ?? (existsSync(join(lib, "libtensorflow_cc.so.2")) ? "2.18" : null)
}

/** Where the loader of Linux looks, and where CUDA usually is though it may not look there. */
export const foldersHere = (environment: NodeJS.ProcessEnv = process.env, root = "/") => {
  const at = (path: string) => join(root, path)
  const configured = (path: string): ReadonlyArray<string> =>
    existsSync(path)
      ? readFileSync(path, "utf8")
          .split("\n")
          .map((line) => line.trim())
          .filter((line) => line.startsWith("/"))
      : []
  const parts = at("etc/ld.so.conf.d")
  const usr = at("usr/local")
  return {
    searched: [
      ...(environment["LD_LIBRARY_PATH"] ?? "").split(":").filter((path) => path !== ""),
      ...(existsSync(parts) ? readdirSync(parts) : []).flatMap((name) =>
        configured(join(parts, name))
      ),
      ...configured(at("etc/ld.so.conf")),
      ...[
        "lib/x86_64-linux-gnu",
        "usr/lib/x86_64-linux-gnu",
        "lib64",
        "usr/lib64",
        "lib",
        "usr/lib"
      ]
        .concat("lib/aarch64-linux-gnu", "usr/lib/aarch64-linux-gnu", "usr/lib/wsl/lib")
        .map(at)
    ],
    elsewhere: (existsSync(usr) ? readdirSync(usr) : [])
      .filter((name) => name.startsWith("cuda"))
      .flatMap((name) => [join(usr, name, "lib64"), join(usr, name, "extras/CUPTI/lib64")])
  }
}

/** What is there of what the TensorFlow in the folder of a native package needs for GPUs. */
export const inspect = (
  folder: string,
  folders: ReturnType<typeof foldersHere> = foldersHere()
): Cuda => {
  const { elsewhere, searched } = folders
  const find = (name: string, among: ReadonlyArray<string>): string | null => {
    const found = among.find((one) => existsSync(join(one, name)))
    return found === undefined ? null : join(found, name)
  }
  const tensorflow = versionIn(folder)
  return {
    tensorflow,
    driver: find("libcuda.so.1", searched) !== null,
    libraries: ((tensorflow !== null && byVersion[tensorflow]) || []).map(
      ([name, pip, debian]) => ({
        name,
        pip,
        debian,
        path: find(name, searched),
        elsewhere: find(name, elsewhere)
      })
    )
  }
}

/** What is missing, and where it comes from, in lines for people. */
export const describe = ({ driver, libraries, tensorflow }: Cuda): ReadonlyArray<string> => {
  const missing = libraries.filter(({ path }) => path === null)
  const elsewhere = missing.flatMap(({ elsewhere }) =>
    elsewhere === null ? [] : [dirname(elsewhere)]
  )
  const absent = missing.filter(({ elsewhere }) => elsewhere === null)
  const names = (of: (library: Library) => string) => [...new Set(absent.map(of))].join(" ")
  return [
    driver
      ? t`NVIDIA's driver is there`
      : t`NVIDIA's driver is not there (libcuda.so.1): without it native TensorFlow computes on the processor`,
    ...(tensorflow === null || libraries.length === 0
      ? [t`which CUDA libraries this TensorFlow loads is not known`]
      : missing.length === 0
        ? [t`the CUDA libraries that TensorFlow ${tensorflow} loads are all there`]
        : [
            t`CUDA libraries that TensorFlow ${tensorflow} loads and that are missing: ${missing.map(({ name }) => name).join(", ")}`
          ]),
    ...(elsewhere.length > 0
      ? [
          t`some are where the loader does not look; start with LD_LIBRARY_PATH=${[...new Set(elsewhere)].join(":")}`
        ]
      : []),
    ...(absent.length > 0
      ? [
          t`from NVIDIA's Debian repository: apt-get install ${names(({ debian }) => debian)}`,
          t`or from PyPI: pip install ${names(({ pip }) => pip)}, with the lib folders of these packages in LD_LIBRARY_PATH`
        ]
      : [])
  ]
}
