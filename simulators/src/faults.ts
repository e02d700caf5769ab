import * as z from 'zod'

/**
 * What a simulator can do wrong on request. The request passes authentication first, so a fault meets only real clients.
 * - `drop`: closes the connection before anything is done.
 * - `drop-after-storing`: does what was asked, then closes the connection without an answer.
 * - `store-nothing-answer-ok`: answers as if all had been stored or removed, and changes nothing.
 * - `error-503`: answers that the services are stopped.
 * - `slow`: waits `delayMs`, then answers as usual.
 */
export const faultNames = ['drop', 'drop-after-storing', 'store-nothing-answer-ok', 'error-503', 'slow'] as const

/** One switch: which fault, for which kind of request, from when and how often. */
export const FaultRule = z.strictObject({
  on: z.string().min(1).max(64).describe('Kind of request, or * for all'),
  fault: z.enum(faultNames),
  after: z.int().min(0).max(1_000_000).default(0).describe('Matching requests let through before the first fault'),
  times: z
    .int()
    .min(1)
    .max(1_000_000)
    .optional()
    .describe('Faults before the rule is used up; absent means until it is replaced'),
  delayMs: z.int().min(1).max(120_000).default(5_000).describe('Only for slow'),
})
export type FaultRule = z.infer<typeof FaultRule>

export const FaultRules = z.array(FaultRule).max(100)

/** The rules in force. Every request asks once, with its kind; the first rule that matches answers. */
export class Faults {
  #kinds: readonly string[]
  #rules: FaultRule[] = []

  constructor(kinds: readonly string[], rules: readonly FaultRule[]) {
    this.#kinds = kinds
    this.replace(rules)
  }

  /** @throws Error naming a kind of request that does not exist. */
  replace(rules: readonly FaultRule[]): void {
    const unknown = rules.find((rule) => rule.on !== '*' && !this.#kinds.includes(rule.on))
    if (unknown !== undefined)
      throw new Error(`no kind of request is called ${unknown.on}; there are * ${this.#kinds.join(' ')}`)
    this.#rules = rules.map((rule) => ({ ...rule }))
  }

  /** The rules with what is left of `after` and `times`. */
  list(): FaultRule[] {
    return this.#rules.map((rule) => ({ ...rule }))
  }

  take(kind: string): FaultRule | undefined {
    const rule = this.#rules.find((candidate) => candidate.on === '*' || candidate.on === kind)
    if (rule === undefined) return undefined
    if (rule.after > 0) {
      rule.after -= 1
      return undefined
    }
    if (rule.times === undefined) return rule
    rule.times -= 1
    if (rule.times === 0) this.#rules = this.#rules.filter((candidate) => candidate !== rule)
    return rule
  }
}

/**
 * Reads `KIND=FAULT` or `KIND=FAULT:TIMES`, as the command line writes it.
 * @throws Error saying what the text should look like.
 */
export function readFaultRule(text: string): FaultRule {
  const [, on, fault, times] = /^([\w*-]+)=([\w-]+)(?::(\d+))?$/.exec(text) ?? []
  const rule = FaultRule.safeParse({ on, fault, ...(times === undefined ? {} : { times: Number(times) }) })
  if (!rule.success)
    throw new Error(
      `${text} is no fault; write KIND=FAULT or KIND=FAULT:TIMES with FAULT one of ${faultNames.join(', ')}`,
    )
  return rule.data
}
