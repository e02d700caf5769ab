import { StartProblem } from '../log/start-problem.ts'
import { Keychain } from './keychain.ts'
import { openOrCreateKeychain } from './master-password.ts'

/** The keychain of a running server: shut until its password came, by whichever way (ES-10). */
export class KeychainDoor {
  readonly #path: string
  readonly #opened = Promise.withResolvers<Keychain>()
  #keychain: Keychain | undefined

  constructor(path: string) {
    this.#path = path
    // Nobody may wait for it yet when it is found that it cannot be opened.
    this.#opened.promise.catch(() => undefined)
  }

  get exists(): boolean {
    return Keychain.exists(this.#path)
  }

  get keychain(): Keychain | undefined {
    return this.#keychain
  }

  get opened(): Promise<Keychain> {
    return this.#opened.promise
  }

  open(opening: Promise<Keychain>): void {
    opening.then((keychain) => this.#take(keychain), this.#opened.reject)
  }

  /** By a password that a person gave to the running server. Returns what was done. */
  unlock(password: string): string {
    if (this.#keychain !== undefined) throw new StartProblem('The keychain is open already.')
    const existed = this.exists
    this.#take(openOrCreateKeychain(this.#path, password))
    return existed ? 'The keychain is open.' : 'The keychain was made, and is open.'
  }

  #take(keychain: Keychain): void {
    this.#keychain = keychain
    this.#opened.resolve(keychain)
  }
}
