import { BundleTrust, type RotatedPurpose } from '@postern/protocol'
import { createPublicKey, type KeyObject, X509Certificate } from 'node:crypto'
import { StartProblem } from '../log/start-problem.ts'
import type { HomeFolder } from './home-folder.ts'
import { parseFile } from './parse-file.ts'
import { trustedKeys } from '../policy/trusted-keys.ts'
import { readJson } from './settings.ts'
import { fingerprintOf } from './key-fingerprint.ts'

type KeysByPurpose = Readonly<Record<RotatedPurpose, ReadonlyMap<string, KeyObject>>>

/** The keys that a bundle pins, and those that people here trusted since, by key id (D7). A hub cannot add one. */
export type Trust = {
  caCertificate: string
  pinned: KeysByPurpose
  /** Those, and what people here trusted since; which of them and of their followers count says keysInForce. */
  trusted: KeysByPurpose
}

export function readTrust(home: HomeFolder): Trust {
  const file = parseFile(BundleTrust, readJson(home.trustFile), home.trustFile)
  const pinned = { command: file.commandKeys, publisher: file.publisherKeys, release: file.releaseKeys }
  try {
    return {
      caCertificate: new X509Certificate(file.caCertificate).toString(),
      pinned: byPurpose((purpose) => pinned[purpose]),
      trusted: byPurpose((purpose) => [
        ...pinned[purpose],
        ...trustedKeys(home, purpose).map(({ publicKey }) => publicKey),
      ]),
    }
  } catch (error) {
    throw new StartProblem(
      `${home.trustFile}, or a file beside it whose name begins with "trusted-", holds a key or certificate that cannot be read. Restore it from the bundle.`,
      { cause: error },
    )
  }
}

/** Hexadecimal SHA-256 of a key's SPKI, first 16 characters: how envelopes and signatures name a key. */
export function keyIdOf(key: KeyObject): string {
  return fingerprintOf(key).slice(0, 16)
}

function byPurpose(pemsOf: (purpose: RotatedPurpose) => readonly string[]): KeysByPurpose {
  const keysOf = (purpose: RotatedPurpose) => byKeyId(pemsOf(purpose))
  return { command: keysOf('command'), publisher: keysOf('publisher'), release: keysOf('release') }
}

function byKeyId(pems: readonly string[]): Map<string, KeyObject> {
  return new Map(
    pems.map((pem) => {
      const key = createPublicKey(pem)
      // verify(null, …) would take other kinds of key as well; the protocol knows Ed25519 alone.
      if (key.asymmetricKeyType !== 'ed25519') throw new Error(`a signing key is ${key.asymmetricKeyType}, not Ed25519`)
      return [keyIdOf(key), key]
    }),
  )
}
