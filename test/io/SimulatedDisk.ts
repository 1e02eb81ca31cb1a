import { SystemError, type SystemErrorReason } from "@effect/platform/Error"
import * as FileSystem from "@effect/platform/FileSystem"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { createHash } from "node:crypto"
import * as path from "node:path"

/** A change that a file system call makes, as far as a disk may lose it. */
export type Operation =
  | { readonly _tag: "Write"; readonly inode: number; readonly at: number; readonly data: Buffer }
  /** Names that appear or go (null), all at once. */
  | { readonly _tag: "Names"; readonly changes: ReadonlyArray<NameChange> }
  /** What was done to a file, or to the names in a folder, is durable. */
  | { readonly _tag: "Sync"; readonly inode: number }

interface NameChange {
  readonly folder: number
  readonly name: string
  readonly inode: number | null
}

type Inode =
  | { readonly _tag: "File"; data: Buffer }
  | { readonly _tag: "Folder"; readonly names: Map<string, number> }

export const sector = 512

const root = 1

const fail = (code: string, reason: SystemErrorReason, method: string, file: string) =>
  Effect.fail(
    new SystemError({
      module: "FileSystem",
      method,
      reason,
      pathOrDescriptor: file,
      description: code,
      cause: Object.assign(new Error(code), { code })
    })
  )

/**
 * A disk in memory that records every change to it, so that a test can see what a loss of power at
 * any moment would have left.
 */
export class SimulatedDisk {
  readonly operations: Array<Operation> = []
  private readonly inodes = new Map<number, Inode>([[root, { _tag: "Folder", names: new Map() }]])
  private next = root + 1

  /** `links`: whether a file can have several names. */
  constructor(private readonly links = true) {}

  /** What is on this disk, as a new one with nothing recorded. */
  copy(): SimulatedDisk {
    const disk = new SimulatedDisk(this.links)
    for (const [id, inode] of this.inodes) {
      disk.inodes.set(
        id,
        inode._tag === "File"
          ? { _tag: "File", data: Buffer.from(inode.data) }
          : { _tag: "Folder", names: new Map(inode.names) }
      )
    }
    disk.next = this.next
    return disk
  }

  /** Does `operation` to this disk, without recording it. */
  replay(operation: Operation): void {
    if (operation._tag === "Write") {
      const file = this.file(operation.inode)
      const end = operation.at + operation.data.length
      if (end > file.data.length)
        file.data = Buffer.concat([file.data, Buffer.alloc(end - file.data.length)])
      operation.data.copy(file.data, operation.at)
    } else if (operation._tag === "Names") {
      for (const { folder, name, inode } of operation.changes) {
        const { names } = this.folder(folder)
        if (inode === null) names.delete(name)
        else names.set(name, inode)
      }
    }
  }

  /** Takes over the files and folders of `other` that this disk does not know yet, empty. */
  adopt(other: SimulatedDisk): void {
    for (const [id, { _tag }] of other.inodes) {
      if (this.inodes.has(id)) continue
      this.inodes.set(
        id,
        _tag === "File" ? { _tag, data: Buffer.alloc(0) } : { _tag, names: new Map() }
      )
    }
    this.next = Math.max(this.next, other.next)
  }

  /** Equal for disks that hold the same under the same names, and the same names of one file. */
  fingerprint(): string {
    const hash = createHash("sha1")
    const seen = new Map<number, number>()
    const add = (id: number) => {
      const inode = this.inodes.get(id)
      const known = seen.get(id)
      hash.update(`${known ?? inode?._tag}`)
      if (known !== undefined) return
      seen.set(id, seen.size)
      if (inode?._tag === "File") hash.update(inode.data)
      if (inode?._tag !== "Folder") return
      for (const [name, child] of [...inode.names].sort()) {
        hash.update(`\n${name}`)
        add(child)
      }
      hash.update("/")
    }
    add(root)
    return hash.digest("hex")
  }

  /** Makes what process `pid` left look like what process `other` left. */
  bury(pid: number, other: number): void {
    for (const inode of this.inodes.values()) {
      if (inode._tag === "File") {
        const text = inode.data.toString("latin1").replace(`"pid":${pid},`, `"pid":${other},`)
        inode.data = Buffer.from(text, "latin1")
      } else {
        const entries = [...inode.names]
        for (const [name, id] of entries) {
          inode.names.delete(name)
          inode.names.set(name.replace(`.${pid}-`, `.${other}-`), id)
        }
      }
    }
  }

  /** Puts a file where its folder is, in place of what was there, without recording it. */
  put(file: string, data: Buffer): void {
    const { folder, name } = this.place(file)
    this.folder(folder ?? root).names.set(name, this.create({ _tag: "File", data }))
  }

  /** The bytes of a file. */
  contents(file: string): Buffer {
    return this.file(this.find(file) ?? 0).data
  }

  /** The names in a folder, if it is there. */
  names(folder: string): ReadonlyArray<string> {
    const id = this.find(folder)
    const inode = id === undefined ? undefined : this.inodes.get(id)
    return inode?._tag === "Folder" ? [...inode.names.keys()].sort() : []
  }

  private file(id: number) {
    const inode = this.inodes.get(id)
    if (inode?._tag !== "File") throw new Error(`${id} is not a file`)
    return inode
  }

  private folder(id: number) {
    const inode = this.inodes.get(id)
    if (inode?._tag !== "Folder") throw new Error(`${id} is not a folder`)
    return inode
  }

  private find(file: string): number | undefined {
    let at: number | undefined = root
    for (const name of path.resolve("/", file).split("/").filter(Boolean)) {
      const inode: Inode | undefined = at === undefined ? undefined : this.inodes.get(at)
      at = inode?._tag === "Folder" ? inode.names.get(name) : undefined
    }
    return at
  }

  private perform(operation: Operation) {
    this.operations.push(operation)
    this.replay(operation)
  }

  private create(inode: Inode): number {
    const id = this.next++
    this.inodes.set(id, inode)
    return id
  }

  private place(file: string) {
    return { folder: this.find(path.dirname(file)), name: path.basename(file) }
  }

  private setName(
    file: string,
    inode: number | null,
    method: string,
    more: Array<NameChange> = []
  ) {
    const { folder, name } = this.place(file)
    if (folder === undefined) return fail("ENOENT", "NotFound", method, file)
    this.perform({ _tag: "Names", changes: [{ folder, name, inode }, ...more] })
    return Effect.void
  }

  private opened(id: number): FileSystem.File {
    let position = 0
    const write = (data: Uint8Array) =>
      Effect.sync(() => {
        this.perform({ _tag: "Write", inode: id, at: position, data: Buffer.from(data) })
        position += data.length
        return FileSystem.Size(data.length)
      })
    const unused = Effect.die("not simulated")
    return {
      [FileSystem.FileTypeId]: FileSystem.FileTypeId,
      fd: FileSystem.FileDescriptor(id),
      stat: Effect.suspend(() => this.info(id)),
      seek: (offset) => Effect.sync(() => FileSystem.Size((position = Number(offset)))),
      sync: Effect.sync(() => this.perform({ _tag: "Sync", inode: id })),
      read: (buffer) =>
        Effect.suspend(() => {
          const inode = this.inodes.get(id)
          if (inode?._tag !== "File") return fail("EISDIR", "BadResource", "read", "")
          const read = inode.data.copy(buffer, 0, position)
          position += read
          return Effect.succeed(FileSystem.Size(read))
        }),
      readAlloc: () => unused,
      truncate: () => unused,
      write,
      writeAll: (data) => Effect.asVoid(write(data))
    }
  }

  private info(id: number) {
    const inode = this.inodes.get(id)
    return Effect.succeed<FileSystem.File.Info>({
      type: inode?._tag === "Folder" ? "Directory" : "File",
      size: FileSystem.Size(inode?._tag === "File" ? inode.data.length : 0),
      ino: Option.some(id),
      dev: 1,
      mode: 0o644,
      mtime: Option.none(),
      atime: Option.none(),
      birthtime: Option.none(),
      rdev: Option.none(),
      nlink: Option.none(),
      uid: Option.none(),
      gid: Option.none(),
      blksize: Option.none(),
      blocks: Option.none()
    })
  }

  private existing<A>(
    method: string,
    file: string,
    use: (id: number) => Effect.Effect<A, SystemError>
  ) {
    return Effect.suspend(() => {
      const id = this.find(file)
      return id === undefined ? fail("ENOENT", "NotFound", method, file) : use(id)
    })
  }

  /** The disk as a file system: as much of one as Holdfast uses. */
  readonly fileSystem: FileSystem.FileSystem = FileSystem.makeNoop({
    open: (file, options) =>
      Effect.suspend(() => {
        const id = this.find(file)
        if (options?.flag !== "wx") {
          return id === undefined
            ? fail("ENOENT", "NotFound", "open", file)
            : Effect.succeed(this.opened(id))
        }
        if (id !== undefined) return fail("EEXIST", "AlreadyExists", "open", file)
        const made = this.create({ _tag: "File", data: Buffer.alloc(0) })
        return Effect.as(this.setName(file, made, "open"), this.opened(made))
      }),
    exists: (file) => Effect.sync(() => this.find(file) !== undefined),
    stat: (file) => this.existing("stat", file, (id) => this.info(id)),
    readDirectory: (file) =>
      this.existing("readDirectory", file, () => Effect.succeed([...this.names(file)])),
    readFile: (file) =>
      this.existing("readFile", file, (id) => Effect.sync(() => Buffer.from(this.file(id).data))),
    readFileString: (file) =>
      this.existing("readFile", file, (id) => Effect.sync(() => this.file(id).data.toString())),
    makeDirectory: (file, options) =>
      Effect.suspend(() => {
        if (this.find(file) !== undefined) {
          return options?.recursive
            ? Effect.void
            : fail("EEXIST", "AlreadyExists", "makeDirectory", file)
        }
        return this.setName(
          file,
          this.create({ _tag: "Folder", names: new Map() }),
          "makeDirectory"
        )
      }),
    link: (from, to) =>
      this.existing("link", from, (id) => {
        if (!this.links) return fail("EPERM", "PermissionDenied", "link", to)
        return this.find(to) === undefined
          ? this.setName(to, id, "link")
          : fail("EEXIST", "AlreadyExists", "link", to)
      }),
    rename: (from, to) =>
      this.existing("rename", from, (id) => {
        const there = this.find(to)
        if (there === id) return Effect.void
        if (this.names(to).length > 0) return fail("ENOTEMPTY", "Unknown", "rename", to)
        const { folder, name } = this.place(from)
        return this.setName(to, id, "rename", [{ folder: folder ?? root, name, inode: null }])
      }),
    copyFile: (from, to) =>
      this.existing("copyFile", from, (id) => {
        const made = this.create({ _tag: "File", data: Buffer.alloc(0) })
        return Effect.zipRight(
          this.setName(to, made, "copyFile"),
          Effect.sync(() =>
            this.perform({
              _tag: "Write",
              inode: made,
              at: 0,
              data: Buffer.from(this.file(id).data)
            })
          )
        )
      }),
    remove: (file, options) =>
      Effect.suspend(() => {
        if (this.find(file) !== undefined) return this.setName(file, null, "remove")
        return options?.force ? Effect.void : fail("ENOENT", "NotFound", "remove", file)
      })
  })
}
