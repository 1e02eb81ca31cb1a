import { describe, expect, it } from "vitest"
import { available, quota, within } from "../../src/io/Cores.js"

const files = (all: Readonly<Record<string, string>>) => (path: string) => all[path] ?? null

describe("Cores.quota", () => {
  it("is that of a container under version 2 of control groups", () => {
    const read = (max: string) =>
      files({ "/proc/self/cgroup": "0::/\n", "/sys/fs/cgroup/cpu.max": max })
    expect(quota(read("150000 100000\n"))).toBe(1.5)
    expect(quota(read("max 100000\n"))).toBe(Infinity)
  })

  it("is the least of a group and of those around it", () => {
    const read = files({
      "/proc/self/cgroup": "0::/user.slice/training.service\n",
      "/sys/fs/cgroup/user.slice/training.service/cpu.max": "400000 100000\n",
      "/sys/fs/cgroup/user.slice/cpu.max": "200000 100000\n"
    })
    expect(quota(read)).toBe(2)
  })

  it("is that of version 1, where the group's path leads out of the container, too", () => {
    const read = (microseconds: string) =>
      files({
        "/proc/self/cgroup": "5:memory:/docker/a\n3:cpu,cpuacct:/docker/a\n0::/\n",
        "/sys/fs/cgroup/cpu/cpu.cfs_quota_us": `${microseconds}\n`,
        "/sys/fs/cgroup/cpu/cpu.cfs_period_us": "100000\n"
      })
    expect(quota(read("50000"))).toBe(0.5)
    expect(quota(read("-1"))).toBe(Infinity)
  })

  it("is none where there are no control groups", () => {
    expect(quota(files({}))).toBe(Infinity)
    expect(quota(files({ "/proc/self/cgroup": "0::/\n" }))).toBe(Infinity)
  })
})

describe("Cores.within", () => {
  it("counts full cores, and one at least", () => {
    expect([within(8, 2), within(8, 2.9), within(8, 0.5), within(2, Infinity)]).toEqual([
      2, 2, 1, 2
    ])
  })
})

describe("Cores.available", () => {
  it("finds one at least on this machine", () => {
    expect(available()).toBeGreaterThanOrEqual(1)
  })
})
