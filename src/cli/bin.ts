#!/usr/bin/env node
import { ofCommand, use } from "../language/Language.js"
import { t } from "../language/Text.js"
import * as Peers from "../io/Peers.js"

// Before all else: modules make texts as they load.
await use(ofCommand(process.argv.slice(2), process.env))

// Nothing that imports Effect may be loaded before this: with another version, loading it fails, and
// the error names neither.
const problem = Peers.ownProblem()
if (problem === null) await import("./start.js")
else {
  process.stderr.write(`${t`error: ${problem}`}\n`)
  process.exitCode = 1
}
