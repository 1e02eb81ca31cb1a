import * as Either from "effect/Either"
import { DatabaseError } from "./DatabaseError.js"

const hidden = "***"

/** Parameters of a connection's address that are secret. */
const secrets = ["password", "sslpassword"]

const isPostgres = ({ protocol }: URL): boolean => /^postgres(ql)?:$/.test(protocol)

/** An address as it may be shown: without its password. */
export const shown = (address: string): string => {
  if (!URL.canParse(address)) return hidden
  const url = new URL(address)
  if (url.host === "" && !isPostgres(url)) return hidden
  if (url.password !== "") url.password = hidden
  for (const name of secrets) if (url.searchParams.has(name)) url.searchParams.set(name, hidden)
  return url.href.replaceAll(encodeURIComponent(hidden), hidden)
}

/** Refuses what is not the address of a PostgreSQL database, without repeating it. */
export const check = (address: string): Either.Either<string, DatabaseError> =>
  URL.canParse(address) && isPostgres(new URL(address))
    ? Either.right(address)
    : Either.left(new DatabaseError({ database: shown(address), reason: "Address", detail: "" }))
