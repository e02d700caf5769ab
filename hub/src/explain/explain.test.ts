import { indicatorId } from '@postern/intel'
import { type Explanation, paths, type Plan } from '@postern/protocol'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { planIn, planLines } from '../exports/test-plans.ts'
import { ndjson, startProvenance, target, type TestProvenance } from '../library/test-provenance.ts'

let at: TestProvenance
beforeAll(async () => {
  at = await startProvenance()
})
afterAll(() => at.close())
beforeEach(() => at.next())

describe('LIB-8: explain by value', () => {
  const explain = (value: string, type?: string, caller = at.person) =>
    at.get<Explanation & { detail: string }>(
      caller,
      `${paths.explanation}?${new URLSearchParams({ value, ...(type === undefined ? {} : { type }) })}`,
    )
  const nowhere = { collections: [], targets: [], plans: [], served: [], listsOfOtherTypes: [], covering: [] }

  test('LIB-8: a value in any spelling is told of every type that it can be, as its parts are told one by one', async () => {
    const host = `told-${at.made}.example.com`
    const [md5, sha256] = ['5'.repeat(32), '5'.repeat(64)]
    await at.send({
      indicator: [
        { type: 'Host', summary: host },
        { type: 'Mutex', summary: host },
        { type: 'File', summary: `${md5} : ${sha256}` },
      ],
    })
    const { collectionId, caller } = await at.exporting(`ownerName = "${at.owner.name}" and typeName = "Host"`)
    const receiptId = await at.receipt(caller, { collectionId })
    const id = indicatorId('Host', host)
    const spelled = host.replaceAll('.', '[.]').toUpperCase()
    const { body } = await explain(spelled)
    expect(body).toEqual({
      indicators: [
        {
          indicator: await at.detail(at.person, id),
          lifecycle: expect.objectContaining({ assertions: [expect.objectContaining({ ownerName: at.owner.name })] }),
          exports: await at.exportsOf(id),
        },
      ],
      unasserted: [],
    })
    expect(body.indicators[0]?.exports.targets).toContainEqual(expect.objectContaining({ state: 'held', receiptId }))

    const typesOf = async (...asked: [string, string?]) =>
      (await explain(...asked)).body.indicators.map(({ indicator }) => `${indicator.type} ${indicator.value}`)
    expect(await typesOf(host)).toEqual([`Host ${host}`, `Mutex ${host}`])
    expect(await typesOf(host, 'mutex')).toEqual([`Mutex ${host}`])
    expect(await typesOf(`${md5} : ${sha256}`)).toEqual([`File ${md5}`, `File ${sha256}`])
  })

  test('LIB-8: of what nobody asserts, it is told what it would be read as; of what is no value, why', async () => {
    const unheard = { type: 'Host', value: 'unheard.example.com', exclusions: [], exports: nowhere }
    expect(await explain('Unheard[.]example.com')).toEqual({
      status: 200,
      body: { indicators: [], unasserted: [unheard] },
    })
    const refused = async (...asked: [string, string?]) => {
      const { status, body } = await explain(...asked)
      return [status, body.detail]
    }
    expect(await refused('two words')).toEqual([400, expect.stringContaining('two words')])
    expect(await refused('unheard.example.com', 'Address')).toEqual([400, expect.stringContaining('unheard')])
    expect(await refused('x', 'Nonsense')).toEqual([
      400,
      expect.stringContaining('no indicator type of the name Nonsense'),
    ])
  })

  test('LIB-8: D22: what controls hold still though its owners took it back is told, to its organization alone', async () => {
    const host = `left-${at.made}.example.com`
    await at.send({ indicator: [{ type: 'Host', summary: host }] })
    const { collectionId, caller } = await at.exporting(`ownerName = "${at.owner.name}"`)
    const receiptId = await at.receipt(caller, { collectionId })
    await at.send({ indicator: [{ type: 'Host', summary: host }] }, undefined, { action: 'Delete' })
    await at.collections.refresh(at.person, collectionId)
    const { indicators, unasserted } = (await explain(host)).body
    expect(indicators).toEqual([])
    expect(unasserted).toMatchObject([
      {
        value: host,
        exports: {
          targets: [{ state: 'held', isWanted: false, receiptId }],
          collections: [{ collectionId, state: 'departed' }],
        },
      },
    ])
    const theirs = (await explain(host, undefined, at.stranger)).body
    expect(theirs).toEqual({
      indicators: [],
      unasserted: [{ type: 'Host', value: host, exclusions: [], exports: nowhere }],
    })
  })

  test('LIB-8: a plan in progress says what it will do with a value, and why the app leaves another out', async () => {
    const [added, leftOut, other] = ['added', 'left-out', 'other'].map((name) => `${name}-${at.made}.example.com`)
    if (added === undefined || leftOut === undefined || other === undefined) throw new Error('three were named')
    await at.send({ indicator: [added, leftOut, other].map((summary) => ({ type: 'Host', summary })) })
    const { collectionId, controlId, caller } = await at.exporting(`ownerName = "${at.owner.name}"`)
    const guards = [{ guard: 'control-cap', tripped: true, message: 'too many' }]
    const wanted = planIn(collectionId, [added], { collectionVersion: 1, target, guards })
    const { body: plan } = await at.call<Plan>(caller, 'POST', paths.plans, wanted)
    const reason = 'Host: too long'
    const lines = ndjson([...planLines([added]), ['left-out', 'Host', leftOut, reason]])
    expect((await at.call(caller, 'PUT', paths.planValues(plan.id), lines)).status).toBe(200)
    const plansOf = async (value: string) => (await explain(value)).body.indicators[0]?.exports.plans
    const inPlan = {
      planId: plan.id,
      controlId,
      target,
      state: 'waiting',
      collectionId,
      executionId: caller.executionId,
    }
    expect(await plansOf(added)).toMatchObject([{ ...inPlan, change: 'add', reason: null }])
    expect(await plansOf(leftOut)).toMatchObject([{ ...inPlan, change: 'left-out', reason }])
    expect(await plansOf(other)).toEqual([])
  })
})
