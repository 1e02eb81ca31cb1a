#!/usr/bin/env node
import { ofCommand, use } from "../language/Language.js"
import { t } from "../language/Text.js"
import * as Peers from "../io/Peers.js"

// Before everything else: modules create texts while they load.
await use(ofCommand(process.argv.slice(2), process.env))

// Nothing that imports Effect may be loaded before this: an unsuitable version fails while loading,
// with an error that does not name it.
const problem = Peers.ownProblem()
if (problem === null) await import("./start.js")
else {
  process.stderr.write(`${t`error: ${problem}`}\n`)
  process.exitCode = 1
}
