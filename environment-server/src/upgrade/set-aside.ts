import { SetAside } from '@postern/protocol'
import { existsSync, readFileSync } from 'node:fs'
import * as z from 'zod/mini'
import type { HomeFolder } from '../home/home-folder.ts'

const reasonCharactersMax = 500

/**
 * What run.sh wrote when it went back from a newer server file (D34): three lines, of which the first says which file, for run.sh
 * itself; then when, and why. Nothing unless the server that asks is the kept copy.
 */
export function readSetAside({ keptFile, setAsideFile }: HomeFolder, serverFile: string): SetAside | undefined {
  if (serverFile !== keptFile || !existsSync(setAsideFile)) return undefined
  const [, at, ...reason] = readFileSync(setAsideFile, 'utf8').trim().split('\n')
  const read = z.safeParse(SetAside, { at, reason: reason.join(' ').slice(0, reasonCharactersMax) })
  return read.success ? read.data : undefined
}
