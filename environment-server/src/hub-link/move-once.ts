import { createPrivateKey, sign } from 'node:crypto'
import { type HeldAttempt, moveProofMessage, MoveResponse, paths } from '@postern/protocol'
import * as z from 'zod/mini'
import { EndRequest } from '../executor/end-request.ts'
import { endedInQueue } from '../executor/executor.ts'
import type { OpenedHome } from '../home/open-home.ts'
import { wipeMoveToken } from '../home/settings.ts'
import type { Journal } from '../journal/journal.ts'
import type { Keychain } from '../keychain/keychain.ts'
import { errorText, type ServerLog } from '../log/server-log.ts'
import { detailOf } from './enrol.ts'
import type { HubHttp } from './hub-http.ts'

/** Attempts that a move may name; more are delivered first, by starting without moving. */
const heldMax = 2000

/**
 * Moves to the environment whose `.env` was imported (D37), before anything runs: by its token, and a proof of the key that this server
 * has. What was queued here is handed back; what had run is delivered as ever. Where the hub cannot be reached the server stays
 * where it is, and moves at a later start; where the hub refuses, the token is of no use and is forgotten.
 */
export async function moveOnce(
  { home, settings }: OpenedHome,
  http: HubHttp,
  keychain: Keychain,
  journal: Journal,
  log: ServerLog,
): Promise<void> {
  const { moveToken, serverXid } = settings
  if (moveToken === undefined) return
  const held = journal.heldAttempts()
  if (held.length > heldMax) {
    return log('warn', `Not moving yet: ${held.length} results are to be delivered first. The next start tries again.`)
  }
  try {
    const { status, body } = await http.send({
      method: 'POST',
      path: paths.moves,
      token: moveToken,
      contentType: 'application/json',
      body: JSON.stringify({ serverXid, proof: proofOf(keychain, serverXid, moveToken), held }),
    })
    if (status >= 200 && status <= 299) {
      const { environmentName } = z.parse(MoveResponse, JSON.parse(body.toString('utf8')))
      const count = handBackQueued(journal)
      log('info', `Moved to the environment "${environmentName}"; ${count} executions of the old one are handed back.`)
    } else {
      const why = detailOf(body)
      // Only the hub's own word is a refusal: a proxy's 403 is none.
      if (status < 400 || status > 499 || status === 429 || why === undefined)
        return notNow(log, why ?? `status ${status}`)
      log('error', `The hub refused the move, and this server stays in its environment: ${why}`)
    }
  } catch (error) {
    return notNow(log, errorText(error))
  }
  // Last: after a crash before this line the hub answers the same server again.
  wipeMoveToken(home)
  delete settings.moveToken
}

function notNow(log: ServerLog, why: string): void {
  log('warn', `The move to another environment waits for the next start; the hub did not answer it: ${why}`)
}

function proofOf(keychain: Keychain, serverXid: string, moveToken: string): string {
  const { tlsPrivateKey } = keychain.content
  if (tlsPrivateKey === undefined) throw new Error('the keychain has no key to move with')
  return sign('sha256', Buffer.from(moveProofMessage(serverXid, moveToken)), createPrivateKey(tlsPrivateKey)).toString(
    'base64',
  )
}

/** Their commands are of the old environment. They never started, so its other servers may have them. */
function handBackQueued(journal: Journal): number {
  const queued: HeldAttempt[] = journal.held().filter(({ state }) => state === 'queued')
  const request = new EndRequest('lease-lost', 'The environment server moved to another environment.')
  for (const attempt of queued) journal.finish(attempt, endedInQueue(request))
  return queued.length
}
