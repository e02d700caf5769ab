/** What a part may log with; pino's levels. Levels by consequence: error = someone must act now, warn = look this week. */
export type Log = {
  error(detail: object, message: string): void
  warn(detail: object, message: string): void
  info(detail: object, message: string): void
  debug(detail: object, message: string): void
}
