import type { SandboxTier } from '@postern/protocol'
import { forbiddenBy, type JudgedCommand } from './forbidden-by.ts'
import type { LocalPolicy } from './local-policy.ts'
import type { Narrowing, PolicyJournal } from './policy-journal.ts'

/**
 * The file of this server, and everything that the hub narrowed since (D36): each of them has to allow a thing, so that whatever comes
 * to them, and in whatever order, only takes away.
 */
export class PolicyInForce {
  readonly #local: () => LocalPolicy
  readonly #journal: Pick<PolicyJournal, 'narrowings'>

  constructor(local: () => LocalPolicy, journal: Pick<PolicyJournal, 'narrowings'>) {
    this.#local = local
    this.#journal = journal
  }

  /** What only the file says: no hub narrows it. */
  get local(): LocalPolicy {
    return this.#local()
  }

  /** What the hub narrowed, oldest first. */
  get narrowings(): Narrowing[] {
    return this.#journal.narrowings()
  }

  /** The settings that the hub may set; none where the file names none. */
  get settings(): string[] {
    const narrowings = this.#journal.narrowings()
    return (this.local.settings ?? []).filter((name) =>
      narrowings.every(({ narrowing }) => narrowing.settings?.includes(name) ?? true),
    )
  }

  /** Why this command may not run here, as a sentence for the person who started the job; nothing if it may. */
  forbids(command: JudgedCommand, tier: SandboxTier): string | undefined {
    const forbidden = forbiddenBy(this.local, command, 'The local policy of this environment server')
    if (forbidden !== undefined) return forbidden
    for (const { narrowing } of this.#journal.narrowings()) {
      const narrowed = forbiddenBy(narrowing, command, 'What the hub narrowed on this environment server')
      if (narrowed !== undefined) return `${narrowed} On the server: ./postern-envsvr policy show`
    }
    if (tier === 'none' && !this.local.allowUnconfined) {
      return 'This machine cannot keep apps apart (sandbox tier none). Install bubblewrap or allow user namespaces; only allowUnconfined in the local policy runs apps without.'
    }
    return undefined
  }

  /** Whether anybody cares of which kind an app is, so that its package has to be asked as well. */
  get limitsDirections(): boolean {
    return [this.local, ...this.#journal.narrowings().map(({ narrowing }) => narrowing)].some(
      ({ directions }) => directions !== undefined,
    )
  }
}
