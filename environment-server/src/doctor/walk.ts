import { errorText } from '../log/server-log.ts'
import { Cause, type FindingCode, type Step } from './finding.ts'

/** Steps one after the other; the first cause ends the walk, and what lies behind it is not reached (D35). */
export class Walk {
  readonly steps: Step[] = []
  /** PEM of the pinned CA. */
  readonly caCertificate: string
  /** For each wait of its own. */
  readonly patienceMs: number

  constructor(caCertificate: string, patienceMs: number) {
    this.caCertificate = caCertificate
    this.patienceMs = patienceMs
  }

  readonly signal = (): AbortSignal => AbortSignal.timeout(this.patienceMs)

  /** Takes a step that gives words and a value, or throws the cause. */
  async step<Value>(name: string, act: () => Promise<readonly [words: string, value: Value]>): Promise<Value> {
    try {
      const [sentence, value] = await act()
      this.steps.push({ name, state: 'good', sentence })
      return value
    } catch (error) {
      const cause = error instanceof Cause ? error : new Cause('other', errorText(error), undefined)
      const { code, message, request } = cause
      this.steps.push({ name, state: 'cause', code, sentence: message, ...(request !== undefined && { request }) })
      throw cause
    }
  }

  /** To the step that was taken last. */
  advise(code: FindingCode, sentence: string, request: string | undefined): void {
    const last = this.steps.at(-1)
    this.steps.push({
      name: last?.name ?? '',
      state: 'advice',
      code,
      sentence,
      ...(request !== undefined && { request }),
    })
  }

  notReached(names: readonly string[]): void {
    for (const name of names) this.steps.push({ name, state: 'not reached', sentence: 'not reached.' })
  }
}
