import type { Answer, Call, Route } from '../http/router.ts'
import type { Refusal } from '../http/refusal.ts'

/** One interface of the appliance: its paths, who may call it, and how it words a refusal. */
export interface Area {
  readonly name: string
  readonly prefixes: readonly string[]
  readonly routes: readonly Route[]
  /** @throws Refusal for a caller it does not know. */
  authenticate(call: Pick<Call, 'request'>): void
  refuse(refusal: Refusal): Answer
}
