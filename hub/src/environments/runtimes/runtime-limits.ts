/** Bounds of an archive with a Node.js runtime, beside `runtimeBytesMax` for itself; those that Node.js publishes unpack to some 200 MB. */
export const runtimeLimits = {
  /** Archives on their way into a hub, which together have no more bytes than the largest. */
  uploadsMax: 4,
  /** All that it unpacks to. */
  unpackedBytesMax: 512 * 1024 * 1024,
  /** Files, folders and links in it. */
  entriesMax: 50_000,
  /** The program, `bin/node`. */
  executableBytesMax: 256 * 1024 * 1024,
  /** The file `LICENSE`. */
  licenceBytesMax: 1024 * 1024,
} as const

/** Tests pass smaller ones. */
export type RuntimeLimits = { readonly [Name in keyof typeof runtimeLimits]: number }
