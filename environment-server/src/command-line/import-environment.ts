import { createHash, X509Certificate } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { MoveSettings } from '@postern/protocol'
import * as z from 'zod/mini'
import type { HomeFolder } from '../home/home-folder.ts'
import { readTrust } from '../home/trust.ts'
import { StartProblem } from '../log/start-problem.ts'
import { judgeSetting } from '../settings/judge-setting.ts'
import type { SettingValue } from '../settings/setting.ts'
import { changeSettingsFile } from '../settings/settings-file.ts'
import { settingOf } from '../settings/settings-table.ts'

const fileCharactersMax = 64 * 1024

/**
 * Takes a `<environment>.env` (ES-2, D37): where the hub is, and the token that the next start moves with. serverXid, keychain and
 * journal stay. Returns what to say.
 */
export function importEnvironment(home: HomeFolder, path: string): string {
  const move = readMove(path)
  const pinned = createHash('sha256')
    .update(new X509Certificate(readTrust(home).caCertificate).raw)
    .digest('hex')
  if (move.caSha256 !== pinned) {
    throw new StartProblem(
      'This .env is from a hub that this server does not trust: its CA is another one. Between such hubs there is no move; download a new bundle there.',
    )
  }
  const { apiURL, brokerHost, brokerPort, environmentName, moveToken } = move
  const changes = new Map<string, SettingValue>()
  for (const [name, given] of Object.entries({ apiURL, brokerHost, brokerPort })) {
    const setting = settingOf(name)
    if (setting === undefined) throw new Error(`${name} is not in the table of settings`)
    const judged = judgeSetting(setting, given)
    if ('problem' in judged) throw new StartProblem(`${path}: ${judged.problem}`)
    changes.set(name, judged.value)
  }
  changeSettingsFile(home, changes, 'bundle', { others: { moveToken } })
  return `The next start moves this server to the environment "${environmentName}". It keeps its number, its keychain and what it has not delivered.\n`
}

/** One `name=value` a line; lines that begin with # are remarks. */
function readMove(path: string): MoveSettings {
  let text: string
  try {
    text = readFileSync(path, 'utf8').slice(0, fileCharactersMax)
  } catch (error) {
    throw new StartProblem(`${path} cannot be read.`, { cause: error })
  }
  const values: Record<string, string | number> = {}
  for (const line of text.split(/\r?\n/)) {
    const at = line.indexOf('=')
    if (at > 0 && !line.startsWith('#')) values[line.slice(0, at).trim()] = line.slice(at + 1).trim()
  }
  const move = z.safeParse(MoveSettings, { ...values, brokerPort: Number(values['brokerPort']) })
  if (move.success) return move.data
  throw new StartProblem(
    `${path} is no .env of an environment, as Download → Environment Config Only makes it${values['enrolmentToken'] === undefined ? '' : ' (it is one of an older hub)'}.`,
  )
}
