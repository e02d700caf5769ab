export function escapeCsvField(text: string): string {
  throw new Error(`being written: ${text}`)
}
