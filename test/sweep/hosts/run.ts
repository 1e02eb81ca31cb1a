/**
 * Sweeps over several hosts with a database, as a user runs them: `npm run test:sweep-hosts`.
 *
 *   --rounds 100     how many disturbances
 *   --minutes N      at most so long
 *   --seed S         their order
 *   --only database,bucket,rounds
 *
 *   HOLDFAST_PYTHON  a Python with moto[server], for the bucket (default: python3)
 *
 * Hosts are namespaces of Linux, so it needs root, unshare and ip; and PostgreSQL and libfaketime of Debian
 * (postgresql, faketime). Without them it says so, and ends with 0.
 */
import { chmodSync, mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { parseArgs } from "node:util"
import { Network } from "../../hosts/Host.js"
import { Postgres } from "../../hosts/Postgres.js"
import { checkBucket } from "./bucket.js"
import { checkDatabase } from "./database.js"
import { Rounds } from "./Rounds.js"

const { values: options } = parseArgs({
  options: {
    rounds: { type: "string", default: "100" },
    minutes: { type: "string", default: "60" },
    seed: { type: "string", default: "1" },
    only: { type: "string", default: "database,bucket,rounds" }
  }
})

const unavailable = Network.unavailable() ?? Postgres.unavailable()
if (unavailable !== null) {
  console.log(`skipped: ${unavailable}`)
  process.exit(0)
}

let failed = 0
const check = (what: string, right: boolean, found: unknown = ""): void => {
  if (!right) failed++
  console.log(`  ${right ? "right" : "WRONG"}  ${what}${right ? "" : `: ${String(found)}`}`)
}

const folder = mkdtempSync(join(tmpdir(), "holdfast-sweep-hosts-"))
chmodSync(folder, 0o755)
const network = Network.start()
const server = Postgres.start(join(folder, "postgres"), network.address)
try {
  if (options.only.includes("database")) await checkDatabase(server, check)
  if (options.only.includes("bucket")) await checkBucket({ folder, network, server, check })
  if (options.only.includes("rounds")) {
    const rounds = await Rounds.start({
      folder,
      network,
      server,
      seed: Number(options.seed),
      check
    })
    await rounds.run(Number(options.rounds), Number(options.minutes))
    await rounds.report()
  }
} finally {
  await network.stop()
  server.wake()
  server.stop("immediate")
}
if (failed === 0) rmSync(folder, { recursive: true })
else console.log(`${failed} wrong; see ${folder}`)
process.exit(failed === 0 ? 0 : 1)
