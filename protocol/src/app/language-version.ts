/** A version as far as an interpreter is chosen by it. */
export type LanguageVersion = { major: number; minor: number | undefined }

/** `3.11`, `3`, `17.0.15`; nothing where the text is no version, which counts as if none were asked for. */
export function parseLanguageVersion(text: string | undefined): LanguageVersion | undefined {
  const match = /^\s*([0-9]{1,4})(?:\.([0-9]{1,4}))?/.exec(text ?? '')
  if (!match) return undefined
  return { major: Number(match[1]), minor: match[2] === undefined ? undefined : Number(match[2]) }
}

/** Whether `version` is this one or newer. A version without a second number means the newest of its first. */
export function isAtLeast(version: LanguageVersion, major: number, minor = 0): boolean {
  if (version.major !== major) return version.major > major
  return (version.minor ?? Number.POSITIVE_INFINITY) >= minor
}
