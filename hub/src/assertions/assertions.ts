import { parseIndicatorType } from '@postern/intel'
import { assertionLimits, type BatchConfig, type StatedAssertion, type WriteAssertion } from '@postern/protocol'
import type { PersonCaller } from '../access/caller.ts'
import type { Attributes } from '../attributes/attributes.ts'
import type { Audit } from '../audit/audit.ts'
import { batchSender } from '../batches/batch-sender.ts'
import type { Batches } from '../batches/batches.ts'
import { requireWhole } from '../batches/require-whole.ts'
import type { Db } from '../database/database.ts'
import { databaseOnClient } from '../database/on-client.ts'
import { contentTag, requireMatch } from '../http/if-match.ts'
import type { Clock } from '../lib/clock.ts'
import { found, Problem } from '../lib/problem.ts'
import { refuseTlpSlips } from '../lib/refuse-tlp-slips.ts'
import type { Owners } from '../owners/owners.ts'
import { type AssertionChange, changeOf } from './assertion-change.ts'
import {
  type AssertionPlace,
  clearFirst,
  holdIndicator,
  type KeptAssertion,
  readAssertion,
} from './stated-assertion.ts'

export type AssertionParts = {
  db: Db
  clock: Clock
  audit: Audit
  attributes: Attributes
  owners: Pick<Owners, 'writable'>
  batches: Pick<Batches, 'submit'>
}

/** Which owner's word on which indicator. */
export type AssertionName = { indicatorId: string; ownerId: string }
export type TaggedAssertion = { content: StatedAssertion; tag: string }

/** How often a change that was to replace whatever stands there begins anew, since somebody else was quicker. */
const triesMax = 3

/**
 * One owner's word on one indicator, as a person changes it or takes it back. Both are batches of one item in the owner's name, with their
 * ledger, tombstones and lifecycle: what is in force, collections and lists follow in the same way as when a feed says it.
 */
export class Assertions {
  readonly #parts: AssertionParts

  constructor(parts: AssertionParts) {
    this.#parts = parts
  }

  async get(caller: PersonCaller, name: AssertionName): Promise<TaggedAssertion> {
    return tagged(await this.#read(placeOf(caller, name)))
  }

  /** @param ifMatch tag of what the caller read */
  async replace(
    caller: PersonCaller,
    name: AssertionName,
    wanted: WriteAssertion,
    address?: string,
    ifMatch?: string,
  ): Promise<TaggedAssertion> {
    const place = placeOf(caller, name)
    const { attributes } = this.#parts
    await this.#again(place, ifMatch, async (before) => {
      if (before.said.attributes.length > assertionLimits.attributesMax) throw tooMany()
      refuseTlpSlips(wanted.securityLabels, before.said.securityLabels)
      const change = changeOf(before.said, wanted)
      if (change === undefined) return
      const type = parseIndicatorType(before.type)
      if (type !== undefined)
        await attributes.requirePermitted(caller, { kind: 'indicator', type }, change.item.attribute)
      const config = { action: 'Create' as const, attributeWriteType: 'Append' as const }
      await this.#write(caller, place, before, config, change, address)
    })
    return this.get(caller, name)
  }

  /** The owner says nothing of the indicator any more. What other owners say of it stays. */
  async delete(caller: PersonCaller, name: AssertionName, address?: string, ifMatch?: string): Promise<void> {
    const place = placeOf(caller, name)
    await this.#again(place, ifMatch, (before) =>
      this.#write(caller, place, before, { action: 'Delete' }, undefined, address),
    )
  }

  async #read(place: AssertionPlace, db = this.#parts.db): Promise<KeptAssertion> {
    return found(await readAssertion(db, place, assertionLimits.attributesMax), 'assertion')
  }

  /** Does what was worked out from an assertion as it stands; from the newer one, if it was another by the time it was written. */
  async #again(
    place: AssertionPlace,
    ifMatch: string | undefined,
    write: (before: KeptAssertion) => Promise<void>,
  ): Promise<void> {
    for (let triesLeft = triesMax; ; triesLeft -= 1) {
      const before = await this.#read(place)
      requireMatch(ifMatch, tagged(before).tag, whatChanged)
      try {
        return await write(before)
      } catch (error) {
        if (!(error instanceof Problem && error.code === 'outdated') || triesLeft === 1) throw error
      }
    }
  }

  /** @param change undefined where the whole goes */
  async #write(
    caller: PersonCaller,
    place: AssertionPlace,
    before: KeptAssertion,
    modes: Omit<BatchConfig, 'owner'> & Pick<BatchConfig, 'action'>,
    change: AssertionChange | undefined,
    address: string | undefined,
  ): Promise<void> {
    const { owners, batches, audit, clock } = this.#parts
    const owner = await owners.writable(caller, before.ownerName)
    const { tag } = tagged(before)
    const item = { type: before.type, summary: before.value, ...change?.item }
    const content = new TextEncoder().encode(JSON.stringify({ indicator: [item] }))
    await batches.submit(batchSender(caller, owner), { ...modes, owner: owner.name }, content, {
      // So that what stands there when it is compared is what is changed.
      needsTurnAlone: true,
      before: async (client) => {
        await holdIndicator(client, place)
        requireMatch(tag, tagged(await this.#read(place, databaseOnClient(client))).tag, whatChanged)
        if (change !== undefined) await clearFirst(client, place, change, clock.now())
      },
      write: async (client, batchId, outcomes) => {
        requireWhole(outcomes)
        await audit.record(
          databaseOnClient(client),
          caller,
          change === undefined ? 'assertion.delete' : 'assertion.change',
          `indicator ${place.indicatorId}`,
          { owner: owner.name, batchId, ...(change !== undefined && { fields: change.fields }) },
          address,
        )
      },
    })
  }
}

function placeOf({ organizationId }: PersonCaller, { indicatorId, ownerId }: AssertionName): AssertionPlace {
  return { organizationId, indicatorId, ownerId }
}

function tagged({ said }: KeptAssertion): TaggedAssertion {
  const attributes = said.attributes.map(({ type, value, source, displayed, pinned }) => {
    return { type, value, source, displayed, pinned }
  })
  const content = { ...said, attributes }
  return { content, tag: contentTag(content) }
}

/** As what somebody changed meanwhile. */
const whatChanged = 'this owner’s values'

function tooMany(): Problem {
  return new Problem(
    'conflict',
    `This owner has more than ${assertionLimits.attributesMax} attributes on this indicator; change it with a batch.`,
  )
}
