import { createHash, createPublicKey, type KeyObject } from 'node:crypto'
import { existsSync } from 'node:fs'
import * as z from 'zod/mini'
import { writeAtomically } from '../home/atomic-file.ts'
import type { HomeFolder } from '../home/home-folder.ts'
import { parseFile } from '../home/parse-file.ts'
import { readJson } from '../home/settings.ts'
import type { OfferedPublisher } from './policy-journal.ts'
import { policyLimits } from './policy-limits.ts'

/** `keystore/trusted-publishers.json` (D36): written by `policy trust` alone. */
const TrustedPublishers = z.strictObject({
  publishers: z
    .array(z.strictObject({ fingerprint: z.string(), publicKey: z.string(), trustedAt: z.string() }))
    .check(z.maxLength(policyLimits.trustedPublishersMax)),
})
type TrustedPublisher = z.infer<typeof TrustedPublishers>['publishers'][number]

type Home = Pick<HomeFolder, 'trustedPublishersFile'>

export function trustedPublishers({ trustedPublishersFile: file }: Home): TrustedPublisher[] {
  return existsSync(file) ? parseFile(TrustedPublishers, readJson(file), file).publishers : []
}

export function trustPublisher(home: Home, { fingerprint, publicKey }: OfferedPublisher): void {
  const others = trustedPublishers(home).filter((each) => each.fingerprint !== fingerprint)
  const publishers = [...others, { fingerprint, publicKey, trustedAt: new Date().toISOString() }]
  writeAtomically(
    home.trustedPublishersFile,
    `${JSON.stringify(z.parse(TrustedPublishers, { publishers }), null, 2)}\n`,
  )
}

/** Hexadecimal SHA-256 of a key's SPKI, whole: a key id is its first 16 characters, which is too little to trust somebody by. */
export function fingerprintOf(key: KeyObject): string {
  return createHash('sha256')
    .update(key.export({ type: 'spki', format: 'der' }))
    .digest('hex')
}

/** The key that came along with a package, if it is the one that the package's signature names. */
export function offeredPublisher(app: {
  programName: string
  packageSignature: { keyId: string }
  publisherKey?: string | undefined
}): OfferedPublisher | undefined {
  const { programName, packageSignature, publisherKey } = app
  if (publisherKey === undefined) return undefined
  try {
    const key = createPublicKey(publisherKey)
    const fingerprint = fingerprintOf(key)
    if (key.asymmetricKeyType !== 'ed25519' || !fingerprint.startsWith(packageSignature.keyId)) return undefined
    return { fingerprint, publicKey: key.export({ type: 'spki', format: 'pem' }).toString(), programName }
  } catch {
    // No key at all: there is nothing that a person could trust.
    return undefined
  }
}
