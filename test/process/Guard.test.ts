import { afterEach, beforeEach, describe, expect, it, vi } from "@effect/vitest"
import { Guard } from "../../src/process/Guard.js"

describe("Guard", () => {
  beforeEach(() => void vi.useFakeTimers())
  afterEach(() => void vi.useRealTimers())

  const terms = { grace: 25, requeue: false, stopping: "stopping", outOfTime: "out of time" }
  const guarded = () => {
    const done: Array<string> = []
    const guard = new Guard(terms, {
      say: (text) => done.push(text),
      end: (signal) => done.push(`ended by ${signal}`)
    })
    return { guard, done }
  }

  it("says that it is stopping when that is slow after SIGINT, and keeps waiting", () => {
    const { done, guard } = guarded()
    guard.receive("SIGINT")
    vi.advanceTimersByTime(499)
    expect(done).toEqual([])
    vi.advanceTimersByTime(1e9)
    expect(done).toEqual(["stopping"])
  })

  it("ends when the grace period after SIGTERM is over, also by later terms", () => {
    const { done, guard } = guarded()
    guard.terms = { ...terms, grace: 3 }
    guard.receive("SIGTERM")
    vi.advanceTimersByTime(2999)
    expect(done).toEqual([])
    vi.advanceTimersByTime(1)
    expect(done).toEqual(["out of time", "ended by SIGTERM"])
  })

  it("ignores a second signal within a second, and ends by the first on a later one", () => {
    const { done, guard } = guarded()
    guard.receive("SIGHUP")
    vi.advanceTimersByTime(1000)
    guard.receive("SIGINT")
    expect(done).toEqual([])
    vi.advanceTimersByTime(1)
    guard.receive("SIGTERM")
    expect(done).toEqual(["ended by SIGHUP"])
  })

  it("starts the grace period at a SIGTERM right after SIGINT", () => {
    const { done, guard } = guarded()
    guard.receive("SIGINT")
    guard.receive("SIGTERM")
    vi.advanceTimersByTime(25_000)
    expect(done).toEqual(["stopping", "out of time", "ended by SIGTERM"])
  })

  it("does not end on a repeated report of the same signal", () => {
    const { done, guard } = guarded()
    expect(guard.begin("SIGTERM")).toBe(true)
    vi.advanceTimersByTime(2000)
    // From the main thread, say, which was blocked until now.
    expect(guard.begin("SIGTERM")).toBe(false)
    expect(done).toEqual([])
  })

  it("does nothing after dispose", () => {
    const { done, guard } = guarded()
    guard.receive("SIGINT")
    guard.receive("SIGTERM")
    guard.dispose()
    vi.advanceTimersByTime(1e9)
    expect(done).toEqual([])
  })
})
