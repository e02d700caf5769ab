export function escapeXml(text: string): string {
  throw new Error(`being written: ${text}`)
}
