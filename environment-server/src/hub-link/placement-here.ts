import type { HeartbeatAnswer } from '@postern/protocol'
import type { ServerLog } from '../log/server-log.ts'

/** What the hub says of placing executions on this server; nothing before its first answer, or where it is of a release before protocol 9. */
export type HubsPlacement = Pick<HeartbeatAnswer, 'confirmed' | 'drained'>

/** Where a person confirms this server's key (S9). */
export function wordsForConfirming(serverXid: string, fingerprint: string): string {
  return `The hub runs nothing here until a person has compared and confirmed the fingerprint of this server's key, ${fingerprint}: in the console, under Environments, at this server (Confirm …), or on the hub's command line: postern servers confirm ${serverXid} ${fingerprint}`
}

/** Remembers it, and says in the log where it changes: a server that is connected and gets nothing looks like one that has nothing to do. */
export class PlacementHere {
  #said: HubsPlacement = {}
  readonly #serverXid: string
  readonly #fingerprint: () => string
  readonly #log: ServerLog

  constructor(serverXid: string, fingerprint: () => string, log: ServerLog) {
    this.#serverXid = serverXid
    this.#fingerprint = fingerprint
    this.#log = log
  }

  get said(): HubsPlacement {
    return this.#said
  }

  hear({ confirmed, drained }: HubsPlacement): void {
    const before = this.#said
    this.#said = { ...(confirmed !== undefined && { confirmed }), ...(drained !== undefined && { drained }) }
    if (confirmed === false && before.confirmed !== false)
      this.#log('warn', wordsForConfirming(this.#serverXid, this.#fingerprint()))
    if (confirmed === true && before.confirmed === false)
      this.#log('info', "The fingerprint of this server's key was confirmed: the hub may run apps here.")
    if (drained === true && before.drained !== true) this.#log('info', drainedWords)
    if (drained === false && before.drained === true)
      this.#log('info', 'Resumed: the hub places executions here again.')
  }
}

export const drainedWords =
  'Drained: the hub places nothing more here until somebody lets this server take executions again, in the console.'
