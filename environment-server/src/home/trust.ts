import { BundleTrust } from '@postern/protocol'
import { createPublicKey, type KeyObject, X509Certificate } from 'node:crypto'
import { StartProblem } from '../log/start-problem.ts'
import type { HomeFolder } from './home-folder.ts'
import { parseFile } from './parse-file.ts'
import { trustedKeys } from '../policy/trusted-keys.ts'
import { readJson } from './settings.ts'
import { fingerprintOf } from './key-fingerprint.ts'

/** The keys that a bundle pins, and publishers that people here trusted since, by key id (D7). A hub cannot add one. */
export type Trust = {
  caCertificate: string
  commandKeys: ReadonlyMap<string, KeyObject>
  /** Those, and command keys that people here trusted since; keys that follow them count as well (commandKeysInForce). */
  trustedCommandKeys: ReadonlyMap<string, KeyObject>
  publisherKeys: ReadonlyMap<string, KeyObject>
  /** Sign server files (D34). */
  releaseKeys: ReadonlyMap<string, KeyObject>
}

export function readTrust(home: HomeFolder): Trust {
  const file = parseFile(BundleTrust, readJson(home.trustFile), home.trustFile)
  const alsoTrusted = (list: 'publishers' | 'commandKeys') => trustedKeys(home, list).map(({ publicKey }) => publicKey)
  try {
    return {
      caCertificate: new X509Certificate(file.caCertificate).toString(),
      commandKeys: byKeyId(file.commandKeys),
      trustedCommandKeys: byKeyId([...file.commandKeys, ...alsoTrusted('commandKeys')]),
      publisherKeys: byKeyId([...file.publisherKeys, ...alsoTrusted('publishers')]),
      releaseKeys: byKeyId(file.releaseKeys),
    }
  } catch (error) {
    throw new StartProblem(
      `${home.trustFile} or ${home.trustedPublishersFile} or ${home.trustedCommandKeysFile} holds a key or certificate that cannot be read. Restore it from the bundle.`,
      {
        cause: error,
      },
    )
  }
}

/** Hexadecimal SHA-256 of a key's SPKI, first 16 characters: how envelopes and signatures name a key. */
export function keyIdOf(key: KeyObject): string {
  return fingerprintOf(key).slice(0, 16)
}

function byKeyId(pems: string[]): Map<string, KeyObject> {
  return new Map(
    pems.map((pem) => {
      const key = createPublicKey(pem)
      // verify(null, …) would take other kinds of key as well; the protocol knows Ed25519 alone.
      if (key.asymmetricKeyType !== 'ed25519') throw new Error(`a signing key is ${key.asymmetricKeyType}, not Ed25519`)
      return [keyIdOf(key), key]
    }),
  )
}
