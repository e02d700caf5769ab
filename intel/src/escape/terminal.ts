export function escapeTerminal(text: string): string {
  throw new Error(`being written: ${text}`)
}
