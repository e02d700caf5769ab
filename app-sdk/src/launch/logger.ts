import { limits } from '@postern/protocol'

/** Levels by consequence: error, someone must act now; warn, someone should look this week; info, what happened; debug and trace, how. */
export const logLevels = ['trace', 'debug', 'info', 'warn', 'error'] as const
export type LogLevel = (typeof logLevels)[number]

/** Facts beside a message: counts, names, durations. Never secrets, never payloads (docs/apps/logging.md). */
export type LogFacts = Readonly<Record<string, string | number | boolean | null | undefined>>

/** Writes one JSON object a line, `{at, level, text}`; the environment server carries the lines to the hub while the app runs (FD-5). */
export interface Logger {
  trace(message: string, facts?: LogFacts): void
  debug(message: string, facts?: LogFacts): void
  info(message: string, facts?: LogFacts): void
  warn(message: string, facts?: LogFacts): void
  error(message: string, facts?: LogFacts): void
}

/** The level that a `tc_log_level` asks for; the platform's own spelling is `warning`. An unknown word means info. */
export function parseLogLevel(word: string): LogLevel {
  const level = word.toLowerCase().replace(/^warning$/, 'warn')
  return logLevels.find((known) => known === level) ?? 'info'
}

/**
 * A logger from a level upwards.
 * @param write takes one line without its end.
 * @param secrets texts that are replaced wherever they turn up; those under 6 characters are not, they would blank out words.
 */
export function createLogger(from: LogLevel, write: (line: string) => void, secrets: readonly string[] = []): Logger {
  const hidden = secrets.filter((secret) => secret.length >= secretCharactersMin)
  const log =
    (level: LogLevel) =>
    (message: string, facts: LogFacts = {}) => {
      if (logLevels.indexOf(level) < logLevels.indexOf(from)) return
      write(redact(lineOf(level, message, facts), hidden))
    }
  return { trace: log('trace'), debug: log('debug'), info: log('info'), warn: log('warn'), error: log('error') }
}

/** Replaces every secret in a text. */
export function redact(text: string, secrets: readonly string[]): string {
  let clean = text
  for (const secret of secrets) {
    if (secret.length < secretCharactersMin) continue
    clean = clean.replaceAll(secret, '[secret]').replaceAll(JSON.stringify(secret).slice(1, -1), '[secret]')
  }
  return clean
}

const secretCharactersMin = 6
/** Room for the line's frame and its escapes below the platform's own bound of a line. */
const textCharactersMax = limits.logLineCharactersMax / 4

function lineOf(level: LogLevel, message: string, facts: LogFacts): string {
  const said = Object.entries(facts).flatMap(([name, value]) =>
    value === undefined ? [] : [`${name}=${String(value)}`],
  )
  const whole = said.length === 0 ? message : `${message} (${said.join(', ')})`
  const text = whole.length > textCharactersMax ? `${whole.slice(0, textCharactersMax)}… (cut)` : whole
  return JSON.stringify({ at: new Date().toISOString(), level, text: text.toWellFormed() })
}
