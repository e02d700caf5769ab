import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { dayMs, hourMs, lifecycleBounds as bounds } from './lifecycle-bounds.ts'
import type { LifecycleFacts, LifecycleStatus } from './lifecycle-facts.ts'
import { lifecycle } from './lifecycle.ts'

const begin = Date.UTC(2026, 0, 1)
const plain: LifecycleFacts = {
  said: { rating: 3, confidence: 80, status: 'Active', active: true, expiresAt: null },
  saidAt: begin,
  rule: undefined,
  sightings: [],
  falsePositives: [],
  decision: undefined,
}
const points = {
  intervalHours: 24,
  amount: 10,
  isPercent: false,
  confidenceStart: 100,
  givesConfidence: true,
  atMinimum: 'inactive',
} as const
const undecided = { status: null, rating: null, confidence: null, expiresAt: null, until: null }
const after = (days: number) => begin + days * dayMs

const statuses = fc.constantFrom<LifecycleStatus>('Active', 'Review', 'Expired', 'Indirect', 'Whitelisted')
const day = fc.integer({ min: -500, max: 900 }).map((n) => begin + n * dayMs + 3 * hourMs)
const someFacts: fc.Arbitrary<LifecycleFacts> = fc.record({
  said: fc.record({
    rating: fc.option(fc.constantFrom(0, 0.5, 2.2, 4.7, 5)),
    confidence: fc.option(fc.integer({ min: 0, max: 100 })),
    status: statuses,
    active: fc.boolean(),
    expiresAt: fc.option(day),
  }),
  saidAt: fc.constant(begin),
  rule: fc.option(
    fc.record({
      intervalHours: fc.constantFrom(1, 24, 720),
      amount: fc.integer({ min: 1, max: 100 }),
      isPercent: fc.boolean(),
      confidenceStart: fc.integer({ min: 1, max: 100 }),
      givesConfidence: fc.boolean(),
      atMinimum: fc.constantFrom('nothing', 'inactive', 'delete'),
    }),
    { nil: undefined },
  ),
  sightings: fc.array(day, { maxLength: 30 }),
  falsePositives: fc.array(day, { maxLength: 12 }),
  decision: fc.option(
    fc.record({
      status: fc.option(statuses),
      rating: fc.option(fc.constantFrom(0, 1.5, 5)),
      confidence: fc.option(fc.integer({ min: 0, max: 100 })),
      expiresAt: fc.option(day),
      until: fc.option(day),
    }),
    { nil: undefined },
  ),
})
const someNow = fc.integer({ min: 0, max: 900 * 24 }).map((hours) => begin + hours * hourMs)

describe('LIB-9: the arithmetic', () => {
  test('LIB-9: its terms sum to the confidence and the rating in force, for any history', () => {
    fc.assert(
      fc.property(someFacts, someNow, (facts, now) => {
        const { inForce, terms } = lifecycle(facts, now)
        const sum = (of: 'confidenceChange' | 'ratingChange') => terms.reduce((total, term) => total + term[of], 0)
        expect(sum('confidenceChange')).toBe(inForce.confidence ?? 0)
        expect(sum('ratingChange')).toBeCloseTo(inForce.rating ?? 0, 3)
        expect(terms.at(-1)?.confidence).toBe(inForce.confidence)
        expect(terms.at(-1)?.rating).toBe(inForce.rating)
        expect(inForce.confidence ?? 0).toBeGreaterThanOrEqual(0)
        expect(inForce.confidence ?? 0).toBeLessThanOrEqual(100)
        expect(inForce.rating ?? 0).toBeGreaterThanOrEqual(0)
        expect(inForce.rating ?? 0).toBeLessThanOrEqual(5)
      }),
    )
  })

  test('LIB-9: until the next change nothing changes', () => {
    fc.assert(
      fc.property(someFacts, someNow, fc.double({ min: 0, max: 0.999_999, noNaN: true }), (facts, now, share) => {
        // What was not known yet is not foreseen either.
        const known = {
          ...facts,
          sightings: facts.sightings.filter((at) => at <= now),
          falsePositives: facts.falsePositives.filter((at) => at <= now),
        }
        const seen = lifecycle(known, now)
        const next = seen.nextChangeAt ?? now + 5000 * dayMs
        expect(next).toBeGreaterThan(now)
        const between = lifecycle(known, Math.floor(now + (next - now) * share))
        expect(between.inForce).toEqual(seen.inForce)
        expect(between.isOver).toBe(seen.isOver)
      }),
    )
  })

  test('LIB-9: a decision wins over everything, and everything comes back when it ends', () => {
    fc.assert(
      fc.property(someFacts, someNow, (facts, now) => {
        const { decision, ...rest } = facts
        const without = lifecycle({ ...rest, decision: undefined }, now)
        const { inForce, isOver } = lifecycle(facts, now)
        if (decision === undefined || (decision.until !== null && decision.until <= now)) {
          expect(inForce).toEqual(without.inForce)
          return
        }
        if (decision.rating !== null) expect(inForce.rating).toBe(decision.rating)
        if (decision.confidence !== null) expect(inForce.confidence).toBe(decision.confidence)
        const isLapsed = decision.expiresAt !== null && decision.expiresAt <= now
        if (decision.status !== null) expect(inForce.status).toBe(isLapsed ? 'Expired' : decision.status)
        if (decision.status === 'Active') expect(inForce.active).toBe(!isLapsed)
        if (decision.status !== null || decision.confidence !== null) expect(isOver).toBe(false)
      }),
    )
  })

  test('LIB-9: sightings and false positives stay within their bounds, however many there are', () => {
    fc.assert(
      fc.property(someFacts, someNow, fc.array(day, { maxLength: 300 }), (facts, now, flood) => {
        const bare = lifecycle({ ...facts, sightings: [], falsePositives: [], decision: undefined }, now).inForce
        const sighted = lifecycle({ ...facts, sightings: flood, falsePositives: [], decision: undefined }, now).inForce
        expect((sighted.confidence ?? 0) - (bare.confidence ?? 0)).toBeLessThanOrEqual(20)
        expect((sighted.confidence ?? 0) - (bare.confidence ?? 0)).toBeGreaterThanOrEqual(0)
        expect((sighted.rating ?? 0) - (bare.rating ?? 0)).toBeLessThanOrEqual(1.000_01)
        if (bare.expiresAt !== null)
          expect((sighted.expiresAt ?? 0) - bare.expiresAt).toBeLessThanOrEqual(bounds.sightingKeepsDaysMax * dayMs)
        const denied = lifecycle({ ...facts, sightings: [], falsePositives: flood, decision: undefined }, now).inForce
        expect((bare.confidence ?? 0) - (denied.confidence ?? 0)).toBeLessThanOrEqual(50)
        expect((bare.rating ?? 0) - (denied.rating ?? 0)).toBeLessThanOrEqual(1.000_01)
      }),
    )
  })
})

describe('FD-9: deprecation', () => {
  test('FD-9: takes points at each interval, and is inactive at the minimum', () => {
    const facts = { ...plain, rule: points }
    expect(lifecycle(facts, begin)).toMatchObject({ inForce: { confidence: 80 }, nextChangeAt: after(1) })
    expect(lifecycle(facts, after(1) - 1).inForce.confidence).toBe(80)
    expect(lifecycle(facts, after(1)).inForce.confidence).toBe(70)
    expect(lifecycle(facts, after(7)).inForce).toMatchObject({ confidence: 10, active: true })
    expect(lifecycle(facts, after(8))).toMatchObject({
      inForce: { confidence: 0, active: false, status: 'Active' },
      nextChangeAt: null,
      isOver: false,
    })
  })

  test('LIB-9: a rule that has not taken a step yet is no line of the sum, and one that gave a first confidence says only that', () => {
    const facts = { ...plain, rule: points }
    expect(lifecycle(facts, begin).terms.map(({ term }) => term)).toEqual(['said'])
    expect(lifecycle(facts, after(1)).terms.map(({ term }) => term)).toEqual(['said', 'deprecation'])
    const unsaid = { ...facts, said: { ...plain.said, confidence: null } }
    expect(lifecycle(facts, begin).terms[0]?.text).toMatch(/^The owner said at [\d-]{10} [\d:]{8} UTC: /)
    expect(lifecycle(unsaid, begin).terms.at(-1)?.text).toBe('No confidence was said, so the rule begins with 100.')
    expect(lifecycle({ ...facts, said: { ...plain.said, confidence: 0 } }, after(200)).terms.at(-1)?.text).toMatch(
      /^\d+ steps|^It has come to the rule’s minimum/,
    )
  })

  test('FD-9: takes percent of what is left, rounded down, so that it ends', () => {
    const facts = { ...plain, rule: { ...points, amount: 50, isPercent: true } }
    const at = (days: number) => lifecycle(facts, after(days)).inForce.confidence
    expect([0, 1, 2, 3, 4, 5, 6, 7].map(at)).toEqual([80, 40, 20, 10, 5, 2, 1, 0])
  })

  test('FD-9: begins with the rule’s start where no confidence was said, and deletes or leaves at the minimum as it says', () => {
    const silent = { ...plain, said: { ...plain.said, confidence: null } }
    expect(lifecycle(silent, after(1)).inForce.confidence).toBeNull()
    expect(lifecycle({ ...silent, rule: points }, begin).inForce.confidence).toBe(100)
    expect(lifecycle({ ...silent, rule: { ...points, atMinimum: 'delete' } }, after(9)).isOver).toBe(false)
    expect(lifecycle({ ...silent, rule: { ...points, atMinimum: 'delete' } }, after(10)).isOver).toBe(true)
    const nothing = lifecycle({ ...silent, rule: { ...points, atMinimum: 'nothing' } }, after(10))
    expect(nothing).toMatchObject({ inForce: { confidence: 0, active: true }, isOver: false })
  })
})

describe('D44: a rule gives nobody a confidence, unless it says so', () => {
  const silent = { ...plain, said: { ...plain.said, confidence: null } }
  const unsaid = { ...points, givesConfidence: false }

  test('FD-9: what has no confidence keeps none, and comes to its end when one of the rule’s start would', () => {
    const facts = { ...silent, rule: unsaid }
    expect(lifecycle(facts, begin)).toMatchObject({ inForce: { confidence: null }, nextChangeAt: after(10) })
    expect(lifecycle(facts, after(10) - 1).inForce).toMatchObject({ confidence: null, active: true })
    expect(lifecycle(facts, after(10))).toMatchObject({
      inForce: { confidence: null, active: false },
      nextChangeAt: null,
    })
    expect(lifecycle({ ...facts, rule: { ...unsaid, atMinimum: 'delete' } }, after(10)).isOver).toBe(true)
    expect(lifecycle(facts, after(10)).terms.at(-1)?.text).toBe(
      'No confidence was said, and the rule gives none; it comes to its minimum as one of 100 would, at 2026-01-11 00:00:00 UTC. It has come to the rule’s minimum and is inactive.',
    )
    expect(lifecycle({ ...facts, rule: { ...unsaid, confidenceStart: 30 } }, begin).nextChangeAt).toBe(after(3))
    // A sighting before the end keeps it as it keeps others.
    expect(lifecycle({ ...facts, sightings: [after(7)] }, after(20)).inForce).toMatchObject({
      confidence: null,
      active: true,
    })
  })

  test('FD-9: such a rule never raises a confidence, of whatever history', () => {
    fc.assert(
      fc.property(someFacts, someNow, ({ rule, ...facts }, now) => {
        const without = lifecycle({ ...facts, rule: undefined }, now).inForce
        const aged = lifecycle({ ...facts, rule: rule && { ...rule, givesConfidence: false } }, now).inForce
        if (without.confidence === null) expect(aged.confidence).toBeNull()
        else expect(aged.confidence).toBeLessThanOrEqual(without.confidence)
      }),
    )
  })

  test('FD-9: what was said with a confidence ages as by any other rule', () => {
    const at = (days: number) => lifecycle({ ...plain, rule: unsaid }, after(days)).inForce
    expect([0, 1, 7].map((days) => at(days).confidence)).toEqual([80, 70, 10])
    expect(at(8)).toMatchObject({ confidence: 0, active: false })
  })
})

describe('LIB-9: expiry, sightings and false positives', () => {
  const expiring = { ...plain, said: { ...plain.said, expiresAt: after(10) } }

  test('LIB-9: what has expired is Expired and inactive', () => {
    expect(lifecycle(expiring, after(10) - 1)).toMatchObject({ inForce: { status: 'Active' }, nextChangeAt: after(10) })
    expect(lifecycle(expiring, after(10)).inForce).toMatchObject({ status: 'Expired', active: false })
  })

  test('LIB-9: a sighting adds 2 for 90 days and moves the expiry to 30 days after it', () => {
    const sighted = { ...expiring, sightings: [after(5)] }
    expect(lifecycle(sighted, after(6))).toMatchObject({
      inForce: { confidence: 82, expiresAt: after(35), rating: 3 },
      nextChangeAt: after(35),
    })
    expect(lifecycle({ ...plain, sightings: [after(5)] }, after(95)).inForce.confidence).toBe(80)
    const often = Array.from({ length: 40 }, (_, n) => after(1) + n * hourMs)
    expect(lifecycle({ ...plain, sightings: often }, after(6)).inForce).toMatchObject({ confidence: 100, rating: 4 })
  })

  test('S1: a sighting brings back neither what has expired nor what came to its minimum', () => {
    expect(lifecycle({ ...expiring, sightings: [after(10)] }, after(11)).inForce.status).toBe('Expired')
    const aged = { ...plain, rule: points, sightings: [after(20)] }
    expect(lifecycle(aged, after(21)).inForce.active).toBe(false)
    expect(lifecycle({ ...aged, sightings: [after(7)] }, after(21)).inForce.active).toBe(true)
    expect(lifecycle({ ...aged, sightings: [after(7)] }, after(97)).inForce.active).toBe(false)
  })

  test('LIB-9: three false positives in 90 days put it under review; five take as much as any number', () => {
    const reported = (count: number) => ({
      ...plain,
      falsePositives: Array.from({ length: count }, (_, n) => after(n)),
    })
    expect(lifecycle(reported(2), after(20)).inForce).toMatchObject({ confidence: 60, status: 'Active', rating: 3 })
    expect(lifecycle(reported(3), after(20)).inForce).toMatchObject({ confidence: 50, status: 'Review', rating: 2 })
    expect(lifecycle(reported(9), after(20)).inForce.confidence).toBe(30)
    expect(lifecycle(reported(3), after(91)).inForce.status).toBe('Active')
  })

  test('LIB-9: how sightings and reports count is told in a sentence', () => {
    const told = (facts: Partial<LifecycleFacts>) => lifecycle({ ...plain, ...facts }, after(20)).terms.at(-1)?.text
    expect(told({ sightings: [after(5)] })).toBe(
      '1 sighting in the last 90 days, one counted for each day and control: 2 points each, 20 at most.',
    )
    expect(told({ falsePositives: [after(1), after(2), after(3)] })).toBe(
      '3 reports of a false positive in the last 90 days, one counted for each day and reporter: 10 points each, 50 at most; 3 or more put it under review and lower the rating by 1.',
    )
  })

  test('LIB-9: a decision on the expiry alone puts off the owner’s, and expires by itself', () => {
    const decision = { ...undecided, expiresAt: after(100) }
    expect(lifecycle({ ...expiring, decision }, after(50)).inForce).toMatchObject({ status: 'Active', active: true })
    expect(lifecycle({ ...expiring, decision }, after(100)).inForce).toMatchObject({ status: 'Expired', active: false })
  })

  test('LIB-9: the example of docs/operating/indicator-lifecycle.md', () => {
    const november = (date: number) => Date.UTC(2026, 10, date)
    const facts: LifecycleFacts = {
      ...plain,
      saidAt: november(1),
      rule: { ...points, intervalHours: 240 },
      sightings: [november(5), november(6)],
      falsePositives: [november(10)],
    }
    const { terms, nextChangeAt } = lifecycle(facts, november(25))
    expect(terms.map(({ confidenceChange, confidence }) => [confidenceChange, confidence])).toEqual([
      [80, 80],
      [-20, 60],
      [4, 64],
      [-10, 54],
    ])
    expect(nextChangeAt).toBe(Date.UTC(2026, 11, 1))
    expect(lifecycle({ ...facts, saidAt: november(26) }, november(26)).inForce.confidence).toBe(74)
  })
})
