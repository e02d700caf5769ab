/** The server's own log, by consequence: error = act now, warn = look this week, info = what happened, debug = how. */
export type ServerLogLevel = 'debug' | 'info' | 'warn' | 'error'
export type ServerLog = (level: ServerLogLevel, text: string) => void

const order: Record<ServerLogLevel, number> = { debug: 0, info: 1, warn: 2, error: 3 }

/** Lines for a terminal, a rotated file or journald: time, level, sentence. Never a secret. */
export function lineLog(write: (line: string) => void, lowest: ServerLogLevel = 'info'): ServerLog {
  return (level, text) => {
    if (order[level] < order[lowest]) return
    write(`${new Date().toISOString()} ${level.padEnd(5)} ${oneLine(text)}\n`)
  }
}

/** A foreign text must not be able to forge a line of its own, or to drive the terminal (S6). */
function oneLine(text: string): string {
  // eslint-disable-next-line no-control-regex -- control characters are exactly what must go.
  return text.replace(/[\u0000-\u001f\u007f-\u009f\u2028\u2029]+/g, ' ')
}

/** The whole chain of causes in one line, for the server's own log. */
export function errorText(error: unknown): string {
  const parts: string[] = []
  for (let current = error; current !== undefined && parts.length < 5;) {
    parts.push(current instanceof Error ? current.message : String(current))
    current = current instanceof Error ? current.cause : undefined
  }
  return parts.join(': ')
}
