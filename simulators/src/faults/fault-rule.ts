import * as z from 'zod'

/**
 * What a simulator can do wrong on request, and what exactly each fault does. A request passes authentication first, so a fault meets only
 * real clients. "Half" is rounded down; "a list" is the array of an answer that lists things (objects, collections, alerts, clients).
 */
export const faultMeanings = {
  drop: 'does nothing and closes the connection',
  'drop-after-storing': 'does what was asked, then closes the connection without an answer',
  'cut-body': 'does what was asked, then closes the connection after the head and half of the body',
  'error-503': 'does nothing and answers 503, the services are stopped',
  'store-answer-error': 'does what was asked and answers 500',
  'store-nothing-answer-ok': 'changes nothing and answers as if all had been stored or removed',
  slow: 'waits delayMs, then answers as usual',
  duplicate: 'stores every posted object a second time under another id; lists everything twice',
  truncate:
    'stores or removes only the first half and claims all; lists only the first half, with headers that claim all',
  reorder: 'stores from the last to the first; lists from the other end, pages too',
  'ten-fold-answer':
    'answers ten times the size: nine invented things beside each listed one, or as much padding in any other JSON',
  'nonsense-json': 'does what was asked and answers JSON that is no answer to it, nested too deep, or broken off',
  'redirect-elsewhere': 'does nothing and redirects to another host, to',
  'pending-for-ever':
    'taxii-post: keeps the objects waiting and never stores them, and their status stays pending; taxii-status: says pending whatever is true',
  'changed-certificate': 'connection: shows another certificate, made at the start of this process',
} as const

export type FaultName = keyof typeof faultMeanings
// Object.keys is typed string[]; these are the keys of the table above.
export const faultNames = Object.keys(faultMeanings) as [FaultName, ...FaultName[]]

/** The one kind that is no request: a TLS connection that is being made. */
export const connectionKind = 'connection'

/** One switch: which fault, for which kind of request, from when, how often, and how likely. */
export const FaultRule = z.strictObject({
  on: z.string().min(1).max(64).describe('Kind of request, * for all of them, or connection'),
  fault: z.enum(faultNames),
  after: z.int().min(0).max(1_000_000).default(0).describe('Matching requests let through before the first fault'),
  times: z
    .int()
    .min(1)
    .max(1_000_000)
    .optional()
    .describe('Faults before the rule is used up; absent means until it is replaced'),
  rate: z.number().min(0).max(1).default(1).describe('Share of the matching requests that meet it'),
  seed: z.int().min(0).max(0xffff_ffff).default(1).describe('The same seed and requests meet the same faults'),
  delayMs: z.int().min(1).max(120_000).default(5_000).describe('Only for slow'),
  to: z
    .url({ protocol: /^https?$/ })
    .default('https://elsewhere.invalid/')
    .describe('Only for redirect-elsewhere: where to'),
})
export type FaultRule = z.infer<typeof FaultRule>
/** A rule as it is written: what is left out has its default. */
export type GivenFaultRule = z.input<typeof FaultRule>

export const FaultRules = z.array(FaultRule).max(100)

/** Kinds that a fault is for, where it is not for every request. */
const onlyFor: Partial<Record<FaultName, readonly string[]>> = {
  'pending-for-ever': ['taxii-post', 'taxii-status'],
  'changed-certificate': [connectionKind],
}

/** Whether a fault has a meaning for a kind of request; `*` stands for each request that it has one for. */
export function isFor(fault: FaultName, kind: string): boolean {
  const kinds = onlyFor[fault]
  return kinds === undefined ? kind !== connectionKind : kinds.includes(kind)
}

/** Kinds that a rule of this fault may name. */
export function kindsOf(fault: FaultName, kinds: readonly string[]): readonly string[] {
  return [...kinds, connectionKind].filter((kind) => isFor(fault, kind))
}
