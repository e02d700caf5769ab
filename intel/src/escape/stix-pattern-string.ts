export function escapeStixPatternString(text: string): string {
  throw new Error(`being written: ${text}`)
}
