import type { S3Settings } from "./S3Settings.js"

/** The bucket and the key of an id. */
export const split = (id: string): { readonly bucket: string; readonly key: string } => {
  const [, bucket = "", key = ""] = /^s3:\/\/([^/]*)\/?(.*)$/s.exec(id) ?? []
  return { bucket, key }
}

/** How the keys of the objects in a folder, and in those inside it, begin. */
export const prefixOf = (key: string): string => (key === "" ? "" : `${key}/`)

/** A key as it stands in an address. */
export const encoded = (key: string): string => key.split("/").map(encodeURIComponent).join("/")

/** The address of an id, with the bucket in the path where the endpoint is not that of AWS. */
export const urlOf = (
  { endpoint, region }: Pick<S3Settings, "endpoint" | "region">,
  id: string
): string => {
  const { bucket, key } = split(id)
  return endpoint === null
    ? `https://${bucket}.s3.${region}.amazonaws.com/${encoded(key)}`
    : `${endpoint.replace(/\/+$/, "")}/${bucket}/${encoded(key)}`
}

/** A key of a listing, which is percent-encoded as it was asked for. */
export const decoded = (text: string): string => decodeURIComponent(text.replaceAll("+", " "))
