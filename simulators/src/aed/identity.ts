import { randomBytes } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

import * as z from 'zod'

import { writePrivately } from '../state/private-file.ts'

/**
 * `aed.json` in the state folder: all that a person or a test needs to reach this appliance.
 * Credentials are made at first start and kept; there are no default ones.
 */
export const AedIdentity = z.object({
  url: z.string(),
  port: z.int(),
  fingerprintSha256: z.string(),
  /** Absolute path of the certificate, for clients that pin by file. */
  certificatePath: z.string(),
  apiToken: z.string().length(40),
  stixUsername: z.string().min(1),
  stixPassword: z.string().min(1),
  /** Absolute path of the back door for tests; no connector knows of it. */
  oracleSocket: z.string(),
  pid: z.int(),
  startedAt: z.string(),
})
export type AedIdentity = z.infer<typeof AedIdentity>

type Credentials = Pick<AedIdentity, 'apiToken' | 'stixUsername' | 'stixPassword'>

/**
 * What the last run in this folder left, or nothing on a first start.
 * @throws Error when the file is there and cannot be read: making new credentials would lock out every client.
 */
export function readIdentity(stateDir: string): AedIdentity | undefined {
  const path = join(stateDir, 'aed.json')
  if (!existsSync(path)) return undefined
  try {
    return AedIdentity.parse(JSON.parse(readFileSync(path, 'utf8')))
  } catch (error) {
    throw new Error(`${path} cannot be read; mend it, or start with an empty folder`, { cause: error })
  }
}

export function newCredentials(): Credentials {
  return {
    // Real tokens have 40 characters.
    apiToken: randomBytes(30).toString('base64url'),
    stixUsername: `stix-${randomBytes(3).toString('hex')}`,
    stixPassword: randomBytes(18).toString('base64url'),
  }
}

export function writeIdentity(stateDir: string, identity: AedIdentity): void {
  writePrivately(join(stateDir, 'aed.json'), `${JSON.stringify(identity, null, 2)}\n`)
}
