import { type ExecuteCommand, PosternJson } from '@postern/protocol'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import * as z from 'zod/mini'
import { StartRefused } from '../executor/start-refused.ts'

/** The kind in a command is the hub's word; that in the package is its publisher's, and counts where directions are limited. */
export function refuseOtherKind({ kind, programName }: ExecuteCommand['app'], appFolder: string): void {
  const own = kindOf(join(appFolder, 'postern.json'))
  if (own === kind) return
  throw new StartRefused(`${programName} is of the kind ${own ?? 'unknown'}, not ${kind}, as the command says.`)
}

/** An app that says nothing was built with ThreatConnect's SDK. */
function kindOf(file: string): ExecuteCommand['app']['kind'] | undefined {
  if (!existsSync(file)) return 'tcex'
  try {
    return z.parse(PosternJson, JSON.parse(readFileSync(file, 'utf8'))).kind
  } catch {
    // A file that says nothing readable says no kind that a policy could allow.
    return undefined
  }
}
