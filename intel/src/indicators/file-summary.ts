export interface FileHashes {
  md5?: string
  sha1?: string
  sha256?: string
}
export function splitFileSummary(summary: string): FileHashes {
  throw new Error(`being written: ${summary}`)
}
