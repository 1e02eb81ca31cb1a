import { readFileSync } from "node:fs"
import { availableParallelism } from "node:os"
import { dirname, join } from "node:path"

/**
 * How many cores this process may use: those of the machine that it may run on, and no more than the quota of its
 * container (`docker run --cpus`, `limits.cpu` of Kubernetes, `CPUQuota=` of systemd), of which Node 20 knows nothing.
 * A part of a core is left out, but for the first.
 */
export const available = (): number => within(availableParallelism(), quota(readText))

/** So many cores under a quota of processor time. */
export const within = (cores: number, quota: number): number =>
  Math.max(1, Math.min(cores, Math.floor(quota + 1e-6)))

/** What a file holds; null where there is none. */
type Read = (path: string) => string | null

/** Seconds of processor time a second that the control groups of this process leave it. */
export const quota = (read: Read): number => {
  const lines = (read("/proc/self/cgroup") ?? "").trim().split("\n")
  const groups = lines.map((line) => /^\d+:([^:]*):(.*)$/.exec(line) ?? ["", "none", "/"])
  return Math.min(
    Infinity,
    ...groups.map(([, controllers = "", path = "/"]) =>
      controllers === ""
        ? least(path, (folder) => ofMax(read(join(root, folder, "cpu.max"))))
        : controllers.split(",").includes("cpu")
          ? least(path, (folder) => ofFiles(read, join(root, "cpu", folder)))
          : Infinity
    )
  )
}

const root = "/sys/fs/cgroup"

/** The least of a group and those that it is part of; the last is also that of a container, whatever the group's path. */
const least = (path: string, of: (folder: string) => number): number => {
  const own = of(path)
  return path === "/" || path === "." || path === "" ? own : Math.min(own, least(dirname(path), of))
}

/** Version 2: `max 100000`, or `150000 100000`. */
const ofMax = (text: string | null): number => {
  const [quota, period] = (text ?? "").trim().split(" ")
  return ratio(quota, period)
}

/** Version 1: `-1`, or `150000`; and `100000`. */
const ofFiles = (read: Read, folder: string): number =>
  ratio(
    read(join(folder, "cpu.cfs_quota_us"))?.trim(),
    read(join(folder, "cpu.cfs_period_us"))?.trim()
  )

const ratio = (quota: string | undefined, period: string | undefined): number => {
  const cores = Number(quota) / Number(period)
  return cores > 0 && Number.isFinite(cores) ? cores : Infinity
}

const readText: Read = (path) => {
  try {
    return readFileSync(path, "utf8")
  } catch {
    return null
  }
}
