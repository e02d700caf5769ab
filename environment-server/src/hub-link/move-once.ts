import { createPrivateKey, sign } from 'node:crypto'
import { moveProofMessage, MoveResponse, paths } from '@postern/protocol'
import * as z from 'zod/mini'
import type { OpenedHome } from '../home/open-home.ts'
import { wipeMoveToken } from '../home/settings.ts'
import type { Journal } from '../journal/journal.ts'
import type { Keychain } from '../keychain/keychain.ts'
import { errorText, type ServerLog } from '../log/server-log.ts'
import { detailOf } from './enrol.ts'
import { handBackQueued } from './hand-back-queued.ts'
import type { HubHttp } from './hub-http.ts'

/** Attempts that a move may name; more are delivered first, by starting without moving. */
const heldMax = 2000

/**
 * Moves to the environment whose `.env` was imported (D37), before anything runs: by its token, and a proof of the key that this server
 * has. What was queued here is handed back; what had run is delivered as ever. Where the hub cannot be reached the server stays
 * where it is, and moves at a later start; where the hub refuses, the token is of no use and is forgotten.
 * @returns the sentence that says why it is not where the `.env` said; nothing where none was imported, or it moved
 */
export async function moveOnce(
  { home, settings }: OpenedHome,
  http: HubHttp,
  keychain: Keychain,
  journal: Journal,
  log: ServerLog,
): Promise<string | undefined> {
  let refusal: string | undefined
  const { moveToken, serverXid } = settings
  if (moveToken === undefined) return undefined
  const held = journal.heldAttempts()
  if (held.length > heldMax) {
    return warned(log, `Not moving yet: ${held.length} results are to be delivered first. The next start tries again.`)
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
      const count = handBackQueued(journal, 'The environment server moved to another environment.')
      log('info', `Moved to the environment "${environmentName}"; ${count} executions of the old one are handed back.`)
    } else {
      const why = detailOf(body)
      // Only the hub's own word is a refusal: a proxy's 403 is none.
      if (status < 400 || status > 499 || status === 429 || why === undefined)
        return notNow(log, why ?? `status ${status}`)
      refusal = `The hub refused the move, and this server stays in its environment: ${why}`
      log('error', refusal)
    }
  } catch (error) {
    return notNow(log, errorText(error))
  }
  // Last: after a crash before this line the hub answers the same server again.
  wipeMoveToken(home)
  delete settings.moveToken
  return refusal
}

function notNow(log: ServerLog, why: string): string {
  return warned(log, `The move to another environment waits for the next start; the hub did not answer it: ${why}`)
}

function warned(log: ServerLog, sentence: string): string {
  log('warn', sentence)
  return sentence
}

function proofOf(keychain: Keychain, serverXid: string, moveToken: string): string {
  const { tlsPrivateKey } = keychain.content
  if (tlsPrivateKey === undefined) throw new Error('the keychain has no key to move with')
  return sign('sha256', Buffer.from(moveProofMessage(serverXid, moveToken)), createPrivateKey(tlsPrivateKey)).toString(
    'base64',
  )
}
