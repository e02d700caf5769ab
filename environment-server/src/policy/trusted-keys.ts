import { createPublicKey } from 'node:crypto'
import { existsSync } from 'node:fs'
import * as z from 'zod/mini'
import { writeAtomically } from '../home/atomic-file.ts'
import type { HomeFolder } from '../home/home-folder.ts'
import { parseFile } from '../home/parse-file.ts'
import { readJson } from '../home/settings.ts'
import type { OfferedPublisher } from './policy-journal.ts'
import { policyLimits } from './policy-limits.ts'
import { fingerprintOf } from '../home/key-fingerprint.ts'

const TrustedKey = z.strictObject({ fingerprint: z.string(), publicKey: z.string(), trustedAt: z.string() })
type TrustedKey = z.infer<typeof TrustedKey>

/** `keystore/trusted-publishers.json` and `keystore/trusted-command-keys.json` (D36, D7): written by `policy trust` alone. */
function trustFile(list: TrustList) {
  return z.strictObject({ [list]: z.array(TrustedKey).check(z.maxLength(policyLimits.trustedPublishersMax)) })
}
type TrustList = 'publishers' | 'commandKeys'

type Home = Pick<HomeFolder, 'trustedPublishersFile' | 'trustedCommandKeysFile'>

/** What people here trust beside what the bundle pins. */
export function trustedKeys(home: Home, list: TrustList): TrustedKey[] {
  const file = fileOf(home, list)
  return existsSync(file) ? (parseFile(trustFile(list), readJson(file), file)[list] ?? []) : []
}

export function trustKey(home: Home, list: TrustList, { fingerprint, publicKey }: Omit<TrustedKey, 'trustedAt'>): void {
  const others = trustedKeys(home, list).filter((each) => each.fingerprint !== fingerprint)
  const keys = [...others, { fingerprint, publicKey, trustedAt: new Date().toISOString() }]
  const content = z.parse(trustFile(list), { [list]: keys })
  writeAtomically(fileOf(home, list), `${JSON.stringify(content, null, 2)}\n`)
}

function fileOf(home: Home, list: TrustList): string {
  return list === 'publishers' ? home.trustedPublishersFile : home.trustedCommandKeysFile
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
