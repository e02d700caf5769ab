import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { launch, limits } from '@postern/protocol'

/** Writes `message.tc`: one line, short enough that the platform, which keeps only the tail, keeps all of it. */
export function writeExitMessage(outPath: string, message: string): void {
  writeFileSync(join(outPath, launch.messageFile), `${exitMessage(message)}\n`)
}

/** The message as one line of at most the kept length less its line end; what is cut is cut in the middle, where it says least. */
export function exitMessage(message: string): string {
  const line = message.toWellFormed().replaceAll(/\s+/g, ' ').trim()
  const charactersMax = limits.exitMessageCharactersMax - 1
  if (line.length <= charactersMax) return line
  const head = Math.ceil((charactersMax - 1) / 2)
  const tail = charactersMax - 1 - head
  return `${line.slice(0, head)}…${line.slice(-tail)}`.toWellFormed()
}
