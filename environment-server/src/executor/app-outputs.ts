import { launch, limits } from '@postern/protocol'
import { join } from 'node:path'
import type { Redactor } from '../redact/redactor.ts'
import { readAppFile } from './app-file.ts'

const messageBytesMax = 64 * 1024
const resultsBytesMax = 4 * 1024 * 1024
const resultsMax = 1000
const resultCharactersMax = 65_536

/** The tail of message.tc, as TcEx keeps it, without secrets; empty if the app wrote none. */
export function readExitMessage(outFolder: string, redact: Redactor): string {
  const path = join(outFolder, launch.messageFile)
  const size = readAppFile(path, 0, 0)?.size ?? 0
  const file = readAppFile(path, Math.max(0, size - messageBytesMax), messageBytesMax)
  const text = file?.bytes.toString('utf8').trim() ?? ''
  // First redacted, then cut: the tail of a secret would not be known for one.
  return [...redact(text)].slice(-limits.exitMessageCharactersMax).join('')
}

/** results.tc: `name = value` a line, split at the first ` = `; the value `null` takes the name away. */
export function readResults(outFolder: string): {
  results: Record<string, string | null>
  problem: string | undefined
} {
  const file = readAppFile(join(outFolder, launch.resultsFile), 0, resultsBytesMax)
  if (!file) return { results: {}, problem: undefined }
  const whole = file.size <= resultsBytesMax
  return parseResults(
    file.bytes.toString('utf8'),
    whole ? undefined : `${launch.resultsFile} is larger than ${resultsBytesMax} bytes`,
  )
}

export function parseResults(
  text: string,
  problem?: string,
): { results: Record<string, string | null>; problem: string | undefined } {
  const results = new Map<string, string | null>()
  for (const line of text.split(/\r?\n/)) {
    const at = line.indexOf(' = ')
    const name = line.slice(0, at).trim()
    if (at < 0 || !/^[A-Za-z0-9_.]{1,100}$/.test(name)) {
      if (line.trim() !== '') problem ??= `${launch.resultsFile} has a line that is not "name = value"`
      continue
    }
    const value = line.slice(at + 3)
    if (name in {}) problem ??= `${launch.resultsFile} names a value "${name}", which every object has`
    else if (value.length > resultCharactersMax)
      problem ??= `the value of ${name} in ${launch.resultsFile} is longer than ${resultCharactersMax} characters`
    else if (results.size < resultsMax || results.has(name)) results.set(name, value === 'null' ? null : value)
    else problem ??= `${launch.resultsFile} holds more than ${resultsMax} names`
  }
  return { results: Object.fromEntries(results), problem }
}
