import { builtInAttributeTypes } from '@postern/intel'
import type { AttributeType, WriteAttributeType } from '@postern/protocol'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createTestLibrary, type TestLibrary } from '../library/test-library.ts'

let library: TestLibrary

beforeAll(async () => {
  library = await createTestLibrary()
})
afterAll(async () => {
  await library.close()
})

describe('attribute types', () => {
  test('LIB-1: those that ThreatConnect’s apps send are there from the start, and any name permits any value', async () => {
    const { data } = await library.attributes.list(library.person, { limit: 500 })
    expect(data.map(({ name }) => name)).toEqual([...builtInAttributeTypes])
    expect(data[0]).toMatchObject({ indicatorTypes: null, groupTypes: null, pattern: null, choices: null })
  })

  test('LIB-1: one that a batch names first is registered once, without rules, however it is spelled', async () => {
    const named = (type: string) => ({
      type: 'Host',
      summary: `${type.length}.new.example`,
      attribute: [{ type, value: 'x' }],
    })
    await library.send('Names', { indicator: [named('Campaign Phase'), named('CAMPAIGN phase'), named('description')] })
    await library.send('Names', { indicator: [named('campaign PHASE')] })
    const names = (await all()).map(({ name }) => name.toLowerCase())
    expect(names.filter((name) => name === 'campaign phase')).toHaveLength(1)
    expect(names.filter((name) => name === 'description')).toHaveLength(1)
  })

  test('LIB-1: what breaks a rule is left out, the item is written, and the ledger says why', async () => {
    await make({ name: 'Severity', choices: ['low', 'high'] })
    await make({ name: 'Ticket', pattern: '[A-Z]{2,5}-[0-9]+', lengthMax: 12 })
    await make({ name: 'Malware Family', indicatorTypes: ['file'], groupTypes: ['malware'] })
    const attribute = [
      { type: 'severity', value: 'medium' },
      { type: 'Severity', value: 'high' },
      { type: 'Ticket', value: 'CERT-12' },
      { type: 'Ticket', value: 'x CERT-12' },
      { type: 'Ticket', value: 'CERT-1234567890' },
      { type: 'Malware Family', value: 'Emotet' },
      { type: 'Anything', value: 'medium' },
    ]
    const group = [
      { type: 'Report', name: 'R', xid: 'r', attribute: [{ type: 'Malware Family', value: 'Emotet' }] },
      { type: 'Malware', name: 'M', xid: 'm', attribute: [{ type: 'Malware Family', value: 'Emotet' }] },
    ]
    const indicator = [
      { type: 'Host', summary: 'rules.example', attribute },
      { type: 'File', summary: 'a'.repeat(64), attribute: [{ type: 'malware family', value: 'Emotet' }] },
    ]
    const sent = await library.send('Rules', { group, indicator })
    expect(sent).toMatchObject({ created: 2, groups_created: 2, refused: 0, partial: 2 })
    expect(await library.batches.errors(sent.id)).toMatchObject([
      { code: '0x2002', reason: 'Report R is not valid. A Report has no Malware Family. The attribute was left out.' },
      {
        code: '0x2001',
        reason: 'Host rules.example is not valid. Its Severity is none of the choices. 4 attributes were left out.',
      },
    ])
    expect(await valuesOf('rules.example')).toEqual(['Anything=medium', 'Severity=high', 'Ticket=CERT-12'])
    // The same again is the same: nothing is rewritten, and it is still told.
    expect(await library.send('Rules', { group, indicator })).toMatchObject({
      unchanged: 2,
      groups_unchanged: 2,
      partial: 2,
    })
  })

  test('LIB-1: a changed rule holds for the next batch, in the thread that reads large ones too, and deleting it ends it', async () => {
    const made = await make({ name: 'Stage', choices: ['one'] })
    // Above what is read without the thread.
    const large = (mark: string) => ({
      indicator: [
        { type: 'Host', summary: 'stage.example', attribute: [{ type: 'Stage', value: 'two' }] },
        ...Array.from({ length: 400 }, (_, n) => ({
          type: 'Host',
          summary: `${n}.large.example`,
          attribute: [{ type: 'Description', value: `${mark} ${'long '.repeat(600)}` }],
        })),
      ],
    })
    expect(await library.send('Large', large('first'))).toMatchObject({ created: 401, partial: 1 })
    expect(await valuesOf('stage.example')).toEqual([])
    await library.attributes.replace(library.person, made.id, { name: 'Stage', choices: ['one', 'two'] })
    expect(await library.send('Large', large('second'))).toMatchObject({ updated: 401, partial: 0 })
    expect(await valuesOf('stage.example')).toEqual(['Stage=two'])
    await library.attributes.replace(library.person, made.id, { name: 'Stage', lengthMax: 2 })
    expect(await library.send('Large', large('third'))).toMatchObject({ partial: 1 })
    await library.attributes.delete(library.person, made.id)
    expect(await library.send('Large', large('fourth'))).toMatchObject({ partial: 0 })
    expect((await all()).filter(({ name }) => name === 'Stage')).toMatchObject([{ choices: null, lengthMax: 100_000 }])
  })

  test('a pattern that could take more than linear time, unknown types and a taken name are refused by name', async () => {
    await expect(make({ name: 'Bad', pattern: '(a)\\1' })).rejects.toThrow(/pattern: There is no linear-time form/)
    await expect(make({ name: 'Bad', pattern: '((a{1,100}){1,100}){1,100}' })).rejects.toThrow(/^pattern: /)
    await expect(make({ name: 'Bad', indicatorTypes: ['Planet'] })).rejects.toThrow('there is no type named Planet')
    await expect(make({ name: ' description ' })).rejects.toThrow(
      'There is an attribute type named description already',
    )
    const { rows } = await library.database.pool.query(
      `select action, detail->>'name' as name from audit_event where action like 'attribute-type.%' order by id limit 1`,
    )
    expect(rows).toEqual([{ action: 'attribute-type.create', name: 'Severity' }])
  })
})

async function make(wanted: WriteAttributeType): Promise<AttributeType> {
  return library.attributes.create(library.person, wanted)
}

async function all(): Promise<AttributeType[]> {
  return (await library.attributes.list(library.person, { limit: 1000 })).data
}

async function valuesOf(value: string): Promise<string[]> {
  const { rows } = await library.database.pool.query<{ text: string }>(
    `select t.type || '=' || t.value as text from assertion_attribute t join indicator i on i.id = t.indicator_id where i.value = $1 order by 1`,
    [value],
  )
  return rows.map(({ text }) => text)
}
