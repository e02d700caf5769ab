import * as z from 'zod/mini'
import { assertionLimits } from '../assertion-limits.ts'
import { Instant } from '../primitives.ts'
import { IndicatorStatus } from './lifecycle.ts'

const { tagsMax, tagCharactersMax, labelsMax, attributesMax } = assertionLimits
const { attributeTypeCharactersMax, attributeValueCharactersMax } = assertionLimits

/** An attribute as its owner wrote it. */
export const StatedAttribute = z.object({
  type: z.string(),
  value: z.string(),
  /** Where the owner has it from. */
  source: z.nullable(z.string()),
  displayed: z.boolean(),
  pinned: z.boolean(),
})
export type StatedAttribute = z.infer<typeof StatedAttribute>

/** All that one owner says of an indicator and that a person may change: its own word, whatever is in force of it. */
export const StatedAssertion = z.object({
  rating: z.nullable(z.number()),
  confidence: z.nullable(z.int()),
  active: z.boolean(),
  status: IndicatorStatus,
  firstSeen: z.nullable(Instant),
  lastSeen: z.nullable(Instant),
  expiresAt: z.nullable(Instant),
  tags: z.array(z.string()),
  securityLabels: z.array(z.string()),
  attributes: z.array(StatedAttribute),
})
export type StatedAssertion = z.infer<typeof StatedAssertion>

const WriteName = z.string().check(z.minLength(1), z.maxLength(tagCharactersMax))

/** What takes the place of all tags, of all security labels, and of all attributes. */
export const WriteTags = z.array(WriteName).check(z.maxLength(tagsMax))
export const WriteSecurityLabels = z.array(WriteName).check(z.maxLength(labelsMax))
export const WriteAttributes = z
  .array(
    z.strictObject({
      type: z.string().check(z.minLength(1), z.maxLength(attributeTypeCharactersMax)),
      value: z.string().check(z.maxLength(attributeValueCharactersMax)),
      source: z._default(z.nullable(z.string().check(z.maxLength(attributeValueCharactersMax))), null),
      displayed: z._default(z.boolean(), false),
      pinned: z._default(z.boolean(), false),
    }),
  )
  .check(z.maxLength(attributesMax))

/** The same to take its place. What is null or not in a list is not said any more. */
export const WriteAssertion = z.strictObject({
  rating: z.nullable(z.number().check(z.minimum(0), z.maximum(5))),
  confidence: z.nullable(z.int().check(z.minimum(0), z.maximum(100))),
  active: z.boolean(),
  status: IndicatorStatus,
  firstSeen: z.nullable(Instant),
  lastSeen: z.nullable(Instant),
  expiresAt: z.nullable(Instant),
  tags: WriteTags,
  securityLabels: WriteSecurityLabels,
  attributes: WriteAttributes,
})
export type WriteAssertion = z.infer<typeof WriteAssertion>
