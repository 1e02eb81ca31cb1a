import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { dirname, join } from "node:path"
import { afterAll, describe, expect, it } from "vitest"
import * as Peers from "../../src/io/Peers.js"
import { start } from "./holdfast.js"

const root = new URL("../../", import.meta.url).pathname
const project = mkdtempSync(join(tmpdir(), "holdfast-"))
afterAll(() => rmSync(project, { recursive: true }))

describe("Peers", () => {
  it("finds nothing wrong here", () => {
    expect(Peers.ownProblem()).toBeNull()
    expect(Peers.problemOf(join(root, "pipelines/speaker.ts"))).toBeNull()
  })

  it.each([
    ["3.22.4", "~3.22.4", true],
    ["3.22.10", "~3.22.4", true],
    ["3.22.3", "~3.22.4", false],
    ["3.23.0", "~3.22.4", false],
    ["4.1.0", "~3.22.4", false],
    ["4.22.0", "4.22.0", true],
    ["4.22.1", "4.22.0", false]
  ])("tells whether %s is in %s", (version, range, expected) => {
    expect(Peers.suits(version, range)).toBe(expected)
  })

  /** What the command says where it is installed beside `packages`, by name and version. */
  const said = async (packages: Record<string, string>) => {
    const write = (path: string, text: string) => {
      mkdirSync(dirname(join(project, path)), { recursive: true })
      writeFileSync(join(project, path), text)
    }
    const own = [
      "package.json",
      "dist/cli/bin.js",
      "dist/io/Peers.js",
      "dist/io/InstalledPackage.js",
      "dist/language"
    ]
    for (const file of own) {
      cpSync(join(root, file), join(project, "node_modules/holdfast", file), { recursive: true })
    }
    for (const [name, version] of Object.entries(packages)) {
      write(`node_modules/${name}/package.json`, JSON.stringify({ name, version }))
    }
    const { code, err } = await start([join(project, "node_modules/holdfast/dist/cli/bin.js")], {
      cwd: project
    }).ended
    return { code, err }
  }

  it("names what is not installed, and another version, before anything imports it", async () => {
    expect(await said({})).toStrictEqual({
      code: 1,
      err:
        "error: holdfast needs the package @tensorflow/tfjs-core, which is not installed. In the project's " +
        "folder, run: npm install @tensorflow/tfjs-core@4.22.0\n"
    })
    expect(
      await said({
        "@tensorflow/tfjs-core": "4.22.0",
        "@tensorflow/tfjs-layers": "4.22.0",
        effect: "4.1.0"
      })
    ).toStrictEqual({
      code: 1,
      err:
        "error: holdfast works with effect ~3.22.4, but would import 4.1.0 (in node_modules/effect). " +
        "In the project's folder, run: npm install effect@3.22.4\n"
    })
  })
})
