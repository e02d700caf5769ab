import { argon2, randomBytes, timingSafeEqual } from 'node:crypto'
import { promisify } from 'node:util'
import { mistakeInPassword } from '@postern/protocol'
import { Problem } from '../../lib/problem.ts'

const derive = promisify(argon2)

/** OWASP's second choice for argon2id, so that a sign-in costs an attacker more than it costs us. */
const memoryKib = 65_536
const passes = 3
const hashBytes = 32

/** `v1$<memory KiB>$<passes>$<salt>$<hash>`: the figures are kept, so that they can be raised later. */
export async function hashPassword(password: string): Promise<string> {
  const salt = randomBytes(16)
  const hash = await hashWith(password, salt, memoryKib, passes)
  return ['v1', memoryKib, passes, salt.toString('base64'), hash.toString('base64')].join('$')
}

/** Takes as long for a user that does not exist as for one that does: pass `undefined` for the former. What is no hash of ours fits no password. */
export async function verifyPassword(password: string, stored: string | undefined): Promise<boolean> {
  const isHash = stored !== undefined && /^v1\$\d+\$\d+\$[^$]+\$[^$]+$/.test(stored)
  const [, memory, rounds, salt, hash] = (isHash ? stored : await absentUserHash()).split('$')
  const expected = Buffer.from(hash ?? '', 'base64')
  const actual = await hashWith(password, Buffer.from(salt ?? '', 'base64'), Number(memory), Number(rounds))
  return isHash && expected.length === actual.length && timingSafeEqual(expected, actual)
}

/** @throws Problem `invalid` */
export function refuseWeakPassword(password: string, username: string): void {
  const mistake = mistakeInPassword(password, username)
  if (mistake !== undefined) throw new Problem('invalid', `"password": ${mistake}. Choose another one.`)
}

let absentUser: Promise<string> | undefined

async function absentUserHash(): Promise<string> {
  absentUser ??= hashPassword(randomBytes(16).toString('hex'))
  return await absentUser
}

async function hashWith(password: string, nonce: Buffer, memory: number, rounds: number): Promise<Buffer> {
  return await derive('argon2id', {
    message: Buffer.from(password.normalize('NFC')),
    nonce,
    memory,
    passes: rounds,
    parallelism: 1,
    tagLength: hashBytes,
  })
}
