import { describe, expect, it } from "@effect/vitest"
import * as Option from "effect/Option"
import * as Access from "../../src/ui/Access.js"

const token = "0123456789abcdef"
const local: Access.Site = { host: "127.0.0.1", port: 4653, token }
const open: Access.Site = { host: "0.0.0.0", port: 4653, token }

const facts = (changes: Partial<Access.RequestFacts> = {}): Access.RequestFacts => ({
  method: "GET",
  isPublic: false,
  cookie: token,
  ...changes,
  headers: { host: "127.0.0.1:4653", ...changes.headers }
})

const post = (headers: Record<string, string> = {}) =>
  facts({
    method: "POST",
    headers: {
      origin: "http://127.0.0.1:4653",
      "content-type": "application/json",
      "sec-fetch-site": "same-origin",
      ...headers
    }
  })

const reason = (site: Access.Site, request: Access.RequestFacts) =>
  Option.match(Access.refusal(site, request), {
    onNone: () => null,
    onSome: ({ reason }) => reason
  })

describe("Access.refusal", () => {
  it.each([
    ["the page, to everyone", facts({ isPublic: true, cookie: undefined })],
    ["a request with the cookie", facts()],
    [
      "a request with the token as a bearer",
      facts({ cookie: undefined, headers: { authorization: `Bearer ${token}` } })
    ],
    ["the other names of this machine", facts({ headers: { host: "localhost:4653" } })],
    ["an address of IPv6", facts({ headers: { host: "[::1]:4653" } })],
    ["an action of the page itself", post()],
    [
      "an action of a program that has the token",
      facts({
        method: "POST",
        cookie: undefined,
        headers: { authorization: `Bearer ${token}`, "content-type": "application/json" }
      })
    ]
  ])("lets through %s", (_, request) => {
    expect(reason(local, request)).toBeNull()
  })

  it.each([
    ["no token", facts({ cookie: undefined }), "Unauthorized"],
    ["another token", facts({ cookie: "0123456789abcdeF" }), "Unauthorized"],
    ["a part of the token", facts({ cookie: token.slice(1) }), "Unauthorized"],
    [
      "a wrong bearer, whatever the cookie",
      facts({ headers: { authorization: "Bearer x" } }),
      "Unauthorized"
    ],
    [
      "a name that resolves to this machine",
      facts({ headers: { host: "evil.example:4653" } }),
      "Forbidden"
    ],
    [
      "the same, for the page",
      facts({ isPublic: true, headers: { host: "evil.example:4653" } }),
      "Forbidden"
    ],
    ["another port", facts({ headers: { host: "127.0.0.1:4654" } }), "Forbidden"],
    ["an address of another machine", facts({ headers: { host: "10.0.0.1:4653" } }), "Forbidden"],
    ["no host", facts({ headers: { host: undefined as unknown as string } }), "Forbidden"],
    ["another origin", post({ origin: "http://evil.example" }), "Forbidden"],
    ["an origin of another port", post({ origin: "http://127.0.0.1:80" }), "Forbidden"],
    ["an origin by another scheme", post({ origin: "https://127.0.0.1:4653" }), "Forbidden"],
    ["an opaque origin", post({ origin: "null" }), "Forbidden"],
    ["a page of another site", facts({ headers: { "sec-fetch-site": "cross-site" } }), "Forbidden"],
    [
      "a page of another port of this host",
      facts({ headers: { "sec-fetch-site": "same-site" } }),
      "Forbidden"
    ],
    ["a form", post({ "content-type": "application/x-www-form-urlencoded" }), "Invalid"],
    [
      "text that looks like JSON",
      post({ "content-type": "text/plain;application/json" }),
      "Invalid"
    ],
    [
      "an action by cookie that says no origin",
      facts({ method: "POST", headers: { "content-type": "application/json" } }),
      "Forbidden"
    ]
  ])("refuses %s", (_, request, expected) => {
    expect(reason(local, request)).toBe(expected)
  })

  it("answers under every address of a machine that others reach, and under no foreign name", () => {
    expect(reason(open, facts({ headers: { host: "10.0.0.1:4653" } }))).toBeNull()
    expect(reason(open, facts({ headers: { host: "evil.example:4653" } }))).toBe("Forbidden")
    expect(
      reason({ ...open, host: "atlas" }, facts({ headers: { host: "ATLAS:4653" } }))
    ).toBeNull()
  })
})

describe("Access.urlOf", () => {
  it("is an address that a browser opens", () => {
    expect(Access.urlOf(local)).toBe(`http://127.0.0.1:4653/?token=${token}`)
    expect(Access.urlOf(open)).toBe(`http://127.0.0.1:4653/?token=${token}`)
    expect(Access.urlOf({ ...local, host: "::1" })).toBe(`http://[::1]:4653/?token=${token}`)
  })
})
