import { existsSync, readFileSync } from 'node:fs'
import * as z from 'zod/mini'
import { writeAtomically } from '../home/atomic-file.ts'
import { StartProblem } from '../log/start-problem.ts'
import { type KeychainKey, newKeychainKey, openKeychain, sealKeychain } from './keychain-file.ts'

/** What the keychain holds. Keys are made when the server enrols; certificate and tokens come with the hub's answer. */
const KeychainContent = z.looseObject({
  /** EC P-256, PKCS#8 PEM: client certificate and connect proof. */
  tlsPrivateKey: z.optional(z.string()),
  /** X25519, PKCS#8 PEM: opens the secrets of jobs (D9). */
  sealingPrivateKey: z.optional(z.string()),
  certificate: z.optional(z.string()),
  /** Hexadecimal SHA-256 of the token that it came by: another bundle's token enrols anew. */
  enrolledWith: z.optional(z.string()),
  /** What this server is enrolling with, until the hub has answered. */
  keysToBe: z.optional(z.object({ tlsPrivateKey: z.string(), sealingPrivateKey: z.string() })),
  /** The server enrolled anew, and what was queued for its key before has still to be handed back. */
  mustHandBack: z.optional(z.boolean()),
  /** Of a server that enrolled anew: what its journal has been sealed with from the beginning. */
  journalSecret: z.optional(z.string()),
  /** The next one, until it has connected (D37). */
  renewedCertificate: z.optional(z.string()),
  brokerToken: z.optional(z.string()),
  appDeliveryToken: z.optional(z.string()),
  proxyPassword: z.optional(z.string()),
  smtpPassword: z.optional(z.string()),
})
export type KeychainContent = z.infer<typeof KeychainContent>

/** The server's secrets, sealed on disk under the master password and open in memory. */
export class Keychain {
  readonly #path: string
  #key: KeychainKey
  #content: KeychainContent

  private constructor(path: string, key: KeychainKey, content: KeychainContent) {
    this.#path = path
    this.#key = key
    this.#content = content
  }

  static exists(path: string): boolean {
    return existsSync(path)
  }

  static create(path: string, password: string): Keychain {
    const keychain = new Keychain(path, newKeychainKey(password), {})
    keychain.update({})
    return keychain
  }

  static open(path: string, password: string): Keychain {
    const opened = openKeychain(readFileSync(path, 'utf8'), password)
    if (opened.kind === 'wrong-password') throw new WrongMasterPassword('The master password is wrong.')
    if (opened.kind === 'damaged') throw damaged(path)
    const content = z.safeParse(KeychainContent, JSON.parse(opened.content))
    if (!content.success) throw damaged(path)
    return new Keychain(path, opened.key, content.data)
  }

  get content(): Readonly<KeychainContent> {
    return this.#content
  }

  /** What the journal is sealed with: any secret that stays, whatever the server enrols as. */
  get journalSecret(): string {
    return this.#content.journalSecret ?? this.#content.sealingPrivateKey ?? ''
  }

  /** Saves before it returns: what the caller does next may rely on it after a crash. */
  update(change: Partial<KeychainContent>): void {
    const content = { ...this.#content, ...change }
    writeAtomically(this.#path, sealKeychain(JSON.stringify(content), this.#key))
    this.#content = content
  }

  /** Seals everything anew under a key of the new password. Until the file is replaced whole, the old password opens it. */
  changePassword(password: string, newPassword: string): void {
    // Not who holds the open keychain may change it, but who knows the password.
    Keychain.open(this.#path, password)
    const key = newKeychainKey(newPassword)
    writeAtomically(this.#path, sealKeychain(JSON.stringify(this.#content), key))
    this.#key = key
  }
}

/** Told apart from a damaged file: at a terminal one asks again. */
export class WrongMasterPassword extends StartProblem {
  override name = 'WrongMasterPassword'
}

function damaged(path: string): StartProblem {
  return new StartProblem(
    `The keychain ${path} is damaged (the password does not matter). Restore it from a backup, or delete it and enrol this server again with a new bundle.`,
  )
}
