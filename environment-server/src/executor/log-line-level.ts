import type { LogLine } from '@postern/protocol'

type Level = LogLine['level']

const levels: Record<string, Level> = {
  trace: 'trace',
  debug: 'debug',
  info: 'info',
  warn: 'warn',
  warning: 'warn',
  error: 'error',
  critical: 'error',
  fatal: 'error',
}

/** A line of our SDK is JSON with `level` and `text`; of TcEx, it has the level between dashes; others have none. */
export function readLogLine(line: string, levelOtherwise: Level): { level: Level; text: string } {
  return sdkLine(line) ?? { level: tcexLevel(line) ?? levelOtherwise, text: line }
}

function sdkLine(line: string): { level: Level; text: string } | undefined {
  if (!line.startsWith('{') || !line.endsWith('}')) return undefined
  try {
    const { level, text } = JSON.parse(line) as { level?: unknown; text?: unknown }
    if (typeof level !== 'string' || typeof text !== 'string') return undefined
    return { level: levels[level.toLowerCase()] ?? 'info', text }
  } catch {
    // A line that only looks like JSON is text.
    return undefined
  }
}

function tcexLevel(line: string): Level | undefined {
  const match = /^[^[\]{}]{0,80}?[\s[-](TRACE|DEBUG|INFO|WARN|WARNING|ERROR|CRITICAL)[\s\]:-]/.exec(line.slice(0, 200))
  return match?.[1] === undefined ? undefined : levels[match[1].toLowerCase()]
}
