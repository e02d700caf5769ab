import type { RotatedPurpose } from '@postern/protocol'
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

/** `keystore/trusted-….json`, each under a name of its own (D36, D7): written by `policy trust` alone. */
const names = { command: 'commandKeys', publisher: 'publishers', release: 'releaseKeys' } as const

function trustFile(purpose: RotatedPurpose) {
  return z.strictObject({ [names[purpose]]: z.array(TrustedKey).check(z.maxLength(policyLimits.trustedKeysMax)) })
}

type Home = Pick<HomeFolder, 'trustedPublishersFile' | 'trustedCommandKeysFile' | 'trustedReleaseKeysFile'>

/** What people here trust beside what the bundle pins. */
export function trustedKeys(home: Home, purpose: RotatedPurpose): TrustedKey[] {
  const file = fileOf(home, purpose)
  return existsSync(file) ? (parseFile(trustFile(purpose), readJson(file), file)[names[purpose]] ?? []) : []
}

export function trustKey(
  home: Home,
  purpose: RotatedPurpose,
  { fingerprint, publicKey }: Omit<TrustedKey, 'trustedAt'>,
): void {
  const others = trustedKeys(home, purpose).filter((each) => each.fingerprint !== fingerprint)
  const keys = [...others, { fingerprint, publicKey, trustedAt: new Date().toISOString() }]
  const content = z.parse(trustFile(purpose), { [names[purpose]]: keys })
  writeAtomically(fileOf(home, purpose), `${JSON.stringify(content, null, 2)}\n`)
}

function fileOf(home: Home, purpose: RotatedPurpose): string {
  if (purpose === 'command') return home.trustedCommandKeysFile
  return purpose === 'publisher' ? home.trustedPublishersFile : home.trustedReleaseKeysFile
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
