import { type NarrowPolicyCommand, PolicyNarrowing } from '@postern/protocol'
import * as z from 'zod/mini'
import { answerOnce, type AnswerParts } from '../journal/answer-once.ts'
import type { PolicyJournal } from './policy-journal.ts'
import { policyLimits } from './policy-limits.ts'

export type PolicyNarrowerParts = AnswerParts & { policies: PolicyJournal }

/** Does narrow-policy commands (D36), which have passed the gate's signature, address and shape. What is taken is never undone by a hub. */
export class PolicyNarrower {
  readonly #parts: PolicyNarrowerParts

  constructor(parts: PolicyNarrowerParts) {
    this.#parts = parts
  }

  /** @param refusal why the gate refuses it @param now epoch milliseconds by the hub's clock */
  take(command: NarrowPolicyCommand, refusal: string | undefined, now: number): void {
    const { policies, log, audit } = this.#parts
    const { commandId, kind } = command
    answerOnce(this.#parts, command, now, "The hub's narrowing of the local policy is refused", (applied) => {
      const judged: Judged = refusal === undefined ? this.#judge(command) : { problem: refusal }
      if ('problem' in judged) return judged.problem
      policies.narrow(command, judged.narrowing, applied)
      const names = Object.keys(judged.narrowing).join(', ')
      log('warn', `The hub has made the local policy narrower: ${names}. Who wants it back: policy clear-hub`)
      audit({ event: 'narrowed', why: JSON.stringify(judged.narrowing), kind, commandId })
      return undefined
    })
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
