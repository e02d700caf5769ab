/** Bounds of one app package (S14). The hub holds packages to them before it installs, environment servers before they unpack. */
export const packageLimits = {
  entriesMax: 20_000,
  unpackedBytesMax: 1024 * 1024 * 1024,
  ratioMax: 100,
  /** Small files may compress better than the ratio allows, and harm nobody. */
  ratioFreeBytes: 1024 * 1024,
  /** Of `install.json` and `postern.json`, each. */
  manifestBytesMax: 1024 * 1024,
  manifestDepthMax: 64,
  pathDepthMax: 32,
  pathSegmentBytesMax: 255,
  /** Of the whole path: what is in front of it on an environment server has to fit into 4,096 as well. */
  pathBytesMax: 1_024,
  programNameCharactersMax: 200,
  /** Packages that one hub reads at once: each is held in memory whole, since Ed25519 signs all its bytes. */
  installsAtOnceMax: 2,
} as const
