import { describe, expect, it } from "vitest"
import { expired, observe, type ClaimRow } from "../../src/sweep/postgres/ExpiredClaims.js"
import { shown } from "../../src/sweep/postgres/Address.js"

const claim = (number: number, renewals: number): ClaimRow => ({
  sweep: "s",
  number,
  job: `job-${number}`,
  attempt: 0,
  renewals: `${renewals}`,
  timeout: 3000
})

describe("ExpiredClaims.observe", () => {
  it("counts the time since a claim was seen to be renewed", () => {
    let silence = observe(new Map(), [claim(0, 1), claim(1, 1)], 500)
    for (let look = 1; look <= 6; look++) {
      silence = observe(silence, [claim(0, 1), claim(1, look)], 500)
    }
    expect(expired(silence, [claim(0, 1), claim(1, 6)])).toEqual([claim(0, 1)])
  })

  it("hardly counts time in which it could not look", () => {
    let silence = observe(new Map(), [claim(0, 1)], 500)
    silence = observe(silence, [claim(0, 1)], 60_000)
    expect(expired(silence, [claim(0, 1)])).toEqual([])
    expect([...silence.values()]).toEqual([750])
  })

  it("lets one who looks rarely take over in the end", () => {
    let silence = observe(new Map(), [claim(0, 1)], 5000)
    for (let look = 1; look <= 4; look++) silence = observe(silence, [claim(0, 1)], 5000)
    expect(expired(silence, [claim(0, 1)])).toEqual([claim(0, 1)])
  })

  it("forgets claims that are gone", () => {
    const silence = observe(observe(new Map(), [claim(0, 1)], 500), [claim(1, 1)], 500)
    expect([...silence.keys()]).toEqual(["job-1/0/1"])
  })
})

describe("Address.shown", () => {
  it.each([
    ["postgres://me:pw@host:5432/db", "postgres://me:***@host:5432/db"],
    ["postgres://me@host/db?password=pw&ssl=true", "postgres://me@host/db?password=***&ssl=true"],
    ["postgres:///db?host=/run/pg", "postgres:///db?host=/run/pg"],
    ["host=db password=pw", "***"],
    ["pw:pw", "***"]
  ])("hides the password of %s", (address, expected) => {
    expect(shown(address)).toBe(expected)
  })
})
