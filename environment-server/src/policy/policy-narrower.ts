import { type ConfigureAnswer, type NarrowPolicyCommand, PolicyNarrowing } from '@postern/protocol'
import * as z from 'zod/mini'
import type { ConfigureJournal } from '../journal/configure-journal.ts'
import type { ServerLog } from '../log/server-log.ts'
import type { WriteAudit } from './local-audit.ts'
import type { PolicyJournal } from './policy-journal.ts'
import { policyLimits } from './policy-limits.ts'

const dayMs = 24 * 60 * 60 * 1000

export type PolicyNarrowerParts = {
  policies: PolicyJournal
  configures: ConfigureJournal
  log: ServerLog
  audit: WriteAudit
  /** There is something to tell the hub. */
  onAnswer: () => void
}

/** Does narrow-policy commands (D36), which have passed the gate's signature, address and shape. What is taken is never undone by a hub. */
export class PolicyNarrower {
  readonly #parts: PolicyNarrowerParts

  constructor(parts: PolicyNarrowerParts) {
    this.#parts = parts
  }

  /** @param refusal why the gate refuses it @param now epoch milliseconds by the hub's clock */
  take(command: NarrowPolicyCommand, refusal: string | undefined, now: number): void {
    const { policies, configures, log, audit, onAnswer } = this.#parts
    const { commandId, kind } = command
    if (configures.has(command)) {
      configures.answerAgain(command)
      return onAnswer()
    }
    const judged: Judged = refusal === undefined ? this.#judge(command) : { problem: refusal }
    const answer = (outcome: ConfigureAnswer['outcome'], detail: string) =>
      configures.answer({ commandId, outcome, detail }, Math.max(Date.parse(command.notAfter), now) + dayMs)
    if ('problem' in judged) {
      answer('refused', judged.problem)
      log('warn', `The hub's narrowing of the local policy is refused: ${judged.problem}`)
      audit({ event: 'refused', why: judged.problem, kind, commandId })
    } else {
      const names = Object.keys(judged.narrowing).join(', ')
      policies.narrow(command, judged.narrowing, () => answer('applied', ''))
      log('warn', `The hub has made the local policy narrower: ${names}. Who wants it back: policy clear-hub`)
      audit({ event: 'narrowed', why: JSON.stringify(judged.narrowing), kind, commandId })
    }
    onAnswer()
  }

  #judge({ narrowing }: NarrowPolicyCommand): Judged {
    const parsed = z.safeParse(PolicyNarrowing, narrowing)
    if (!parsed.success) return { problem: `This release knows no such narrowing: ${z.prettifyError(parsed.error)}` }
    if (Object.keys(parsed.data).length === 0) return { problem: 'It narrows nothing.' }
    if (this.#parts.policies.narrowings().length >= policyLimits.narrowingsMax)
      return {
        problem: `There are ${policyLimits.narrowingsMax} narrowings already. A person on the server clears them.`,
      }
    return { narrowing: parsed.data }
  }
}

type Judged = { narrowing: PolicyNarrowing } | { problem: string }
