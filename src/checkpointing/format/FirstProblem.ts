import * as ParseResult from "effect/ParseResult"

/** The first error of a schema, with its path: "position.stage: Expected string, actual 1". */
export const firstProblem = (error: ParseResult.ParseError): string =>
  ParseResult.ArrayFormatter.formatErrorSync(error)
    .slice(0, 1)
    .map(({ path, message }) => `${path.join(".")}: ${message}`)
    .join()
