import { timingSafeEqual } from "node:crypto"
import { isIP } from "node:net"
import * as Option from "effect/Option"
import { t } from "../language/Text.js"
import { ApiFailure } from "./ApiFailure.js"

/** Where a server listens, and the secret that its URL has. */
export interface Site {
  /** The address or the name that it is bound to. */
  readonly host: string
  readonly port: number
  readonly token: string
}

/** A request, as far as it decides whether it is answered. */
export interface RequestFacts {
  readonly method: string
  /** Whether it is for a file of the page, which has no secrets. */
  readonly isPublic: boolean
  /** By names in small letters. */
  readonly headers: Readonly<Record<string, string | undefined>>
  /** The value of the cookie named by `cookieOf`. */
  readonly cookie: string | undefined
}

/** The hosts that only processes of this machine reach. */
const loopback = new Set(["127.0.0.1", "localhost", "::1"])

const isWildcard = (host: string): boolean => host === "0.0.0.0" || host === "::"

/** Whether only this machine reaches the server: then, and only then, the page may act. */
export const isLocal = ({ host }: Pick<Site, "host">): boolean => loopback.has(host)

/** The name of the cookie with the token. By port: cookies of other servers of this host stay. */
export const cookieOf = ({ port }: Pick<Site, "port">): string => `holdfast-${port}`

/** A host as an URL has it. */
export const inUrl = (host: string): string => (isIP(host) === 6 ? `[${host}]` : host)

/** The address to open, with the token that the page then keeps as a cookie. */
export const urlOf = ({ host, port, token }: Site): string =>
  `http://${inUrl(isWildcard(host) ? "127.0.0.1" : host)}:${port}/?token=${token}`

/**
 * Whether the server is meant by a `Host` header. A page of another site can have its own name resolve
 * to this machine (DNS rebinding), and would then be of the same origin: such a name is refused. An
 * address cannot be rebound.
 */
const isNamed = (site: Site, header: string | undefined): boolean => {
  const [, name, port] = /^(\[[\da-f:.]+\]|[^:[\]]+)(?::(\d+))?$/i.exec(header ?? "") ?? []
  if (name === undefined || Number(port ?? 80) !== site.port) return false
  const host = name.replace(/^\[(.*)\]$/, "$1").toLowerCase()
  if (isLocal(site)) return loopback.has(host)
  return host === site.host.toLowerCase() || loopback.has(host) || isIP(host) !== 0
}

/** Whether it is the token of the site; takes as long for any other. */
export const isToken = ({ token }: Site, given: string): boolean => {
  const [a, b] = [Buffer.from(given), Buffer.from(token)]
  return a.length === b.length && timingSafeEqual(a, b)
}

const refuse = (reason: ApiFailure["reason"], detail: string) =>
  Option.some(new ApiFailure({ reason, detail }))

/**
 * Why a request is not answered, if it is not. What the page is made of is for everyone who can reach
 * the server; everything else needs the token, from the cookie or as a bearer; what acts must come from
 * the page itself.
 */
export const refusal = (site: Site, request: RequestFacts): Option.Option<ApiFailure> => {
  const { cookie, headers, isPublic, method } = request
  if (!isNamed(site, headers["host"])) {
    return refuse("Forbidden", t`this server answers under the address that it printed, no other`)
  }
  const origin = headers["origin"]
  const isForeign =
    (origin !== undefined && origin !== `http://${headers["host"]}`) ||
    ["cross-site", "same-site"].includes(headers["sec-fetch-site"] ?? "")
  if (isPublic) return Option.none()
  if (isForeign) return refuse("Forbidden", t`this request comes from another site`)
  const bearer = /^Bearer (.+)$/.exec(headers["authorization"] ?? "")?.[1]
  if (!isToken(site, bearer ?? cookie ?? "")) {
    return refuse(
      "Unauthorized",
      t`open the address that holdfast ui printed: it has the token that this server asks for`
    )
  }
  if (method !== "POST") return Option.none()
  // A browser sends it with every POST; other programs have no cookie that could be abused.
  if (origin === undefined && bearer === undefined) {
    return refuse("Forbidden", t`this request does not say which page it comes from`)
  }
  if (!/^application\/json(;|$)/i.test(headers["content-type"] ?? "")) {
    return refuse("Invalid", t`the content type must be application/json`)
  }
  return Option.none()
}

/** The headers of every answer: nothing is loaded from elsewhere, and no other page may embed it. */
export const headers: Readonly<Record<string, string>> = {
  "content-security-policy": [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self' data: blob:",
    "media-src 'self' blob:",
    "font-src 'self'",
    "connect-src 'self'",
    "manifest-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'"
  ].join("; "),
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-resource-policy": "same-origin",
  "permissions-policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
  "referrer-policy": "no-referrer",
  "x-content-type-options": "nosniff",
  "x-frame-options": "DENY"
}
