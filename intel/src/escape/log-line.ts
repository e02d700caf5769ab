export function escapeLogLine(text: string): string {
  throw new Error(`being written: ${text}`)
}
