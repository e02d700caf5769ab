export function readTqlDate(text: string, now: Date): Date | undefined {
  throw new Error(`being written: ${text} ${now.toISOString()}`)
}
