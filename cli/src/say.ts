import { escapeTerminal } from '@postern/intel'

/** Everything the command prints. Text of strangers cannot steer the terminal (S6). */
export const say = {
  line(text: string): void {
    process.stdout.write(`${escapeLines(text)}\n`)
  },
  /** Columns between tabs, for people and for `cut`. */
  row(columns: readonly string[]): void {
    process.stdout.write(`${columns.map(escapeTerminal).join('\t')}\n`)
  },
  error(text: string): void {
    process.stderr.write(`${escapeLines(text)}\n`)
  },
  /** For machines: one JSON document or line, as it is. */
  json(value: unknown): void {
    process.stdout.write(`${JSON.stringify(value)}\n`)
  },
}

function escapeLines(text: string): string {
  return text.split('\n').map(escapeTerminal).join('\n')
}
