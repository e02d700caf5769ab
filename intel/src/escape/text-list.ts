export function escapeTextList(text: string): string | undefined {
  throw new Error(`being written: ${text}`)
}
