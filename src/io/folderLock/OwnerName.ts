// The lock of a folder is a folder in it with one file. Its name has the token of the owner and the
// number of renewals: so each renewal is visible, and fails if it comes too late.
const pattern = /^owner-(.+?)(?:\.(\d+))?\.json$/

/** The name of a lock's file, decoded. */
export interface OwnerName {
  readonly name: string
  readonly token: string
}

/** The name of the file of an owner after this number of renewals. */
export const make = (token: string, renewals: number): string => `owner-${token}.${renewals}.json`

/** The owner among the names in a lock; undefined if it is free. */
export const among = (names: ReadonlyArray<string>): OwnerName | undefined =>
  names
    .map((name) => ({ name, token: pattern.exec(name)?.[1] }))
    .find((one): one is OwnerName => one.token !== undefined)
