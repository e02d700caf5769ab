export function escapeCopyField(text: string | null): string {
  throw new Error(`being written: ${text}`)
}
