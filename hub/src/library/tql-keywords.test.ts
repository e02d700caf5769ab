import { tqlKeywordTables, type TqlObject } from '@postern/intel'
import { sql } from 'kysely'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createTestLibrary, type TestLibrary } from './test-library.ts'
import { sendTqlSample, valuesFound } from './test-tql-sample.ts'
import { compileGroupTql, compileTql } from './tql-to-sql.ts'

let library: TestLibrary

beforeAll(async () => {
  library = await createTestLibrary()
  await sendTqlSample(library)
  await library.send('Gamma', {
    group: [{ type: 'Attack Pattern', name: 'Spear', xid: 's1', tag: [{ name: 'T1566 - Phishing' }] }],
    indicator: [
      {
        type: 'URL',
        summary: 'http://t.example/',
        tag: [{ name: 'T1566 - Phishing' }, { name: 'T1566x' }],
        externalDateAdded: '2026-01-03',
        externalLastModified: '2026-03-03T10:00:00Z',
        description: 'said as a field',
        associatedGroups: [{ groupXid: 's1' }],
      },
      {
        type: 'Registry Key',
        summary: key,
        tag: [{ name: 'T1566 - Phishing' }],
        externalDateAdded: '2026-02-31',
        externalLastModified: 'yesterday',
      },
      { type: 'File', summary: 'c'.repeat(64), fileOccurrence: [{ fileName: 'evil.exe', path: 'C:\\temp\\x' }] },
    ],
  })
})
afterAll(async () => {
  await library.close()
})

const typeNames: Partial<Record<TqlObject, string>> = { indicator: '"Host"', group: '"Campaign"' }
const key = 'HKEY_LOCAL_MACHINE\\Software\\Run : Updater : REG_SZ'

/** `{Beta}` is the number of an owner, `{id of x}` of what an owner says of x. */
async function filled(tql: string): Promise<string> {
  const [place, name = ''] = /\{([^}]*)\}/.exec(tql) ?? []
  if (place === undefined) return tql
  const { pool } = library.database
  if (name.startsWith('id of group ')) {
    const { rows } = await pool.query('select id from library_group where name = $1', [
      name.slice('id of group '.length),
    ])
    return tql.replace(place, rows[0].id)
  }
  if (!name.startsWith('id of ')) return tql.replace(place, await library.owner(name))
  const { rows } = await pool.query(
    'select a.id from assertion a join indicator i on i.id = a.indicator_id where i.value = $1',
    [name.slice('id of '.length)],
  )
  return tql.replace(place, rows[0].id)
}

async function findsGroups(tql: string): Promise<string[]> {
  const condition = tql === '' ? sql`true` : compileGroupTql(tql, new Date())
  const { rows } = await sql<{ name: string }>`select g.name from library_group g where ${condition}`.execute(
    library.database.db,
  )
  return rows.map(({ name }) => name).sort()
}

const finds = async (tql: string): Promise<string[]> => await valuesFound(library, tql)

const tagged = ['http://t.example/', key].sort()

describe('LIB-3: every keyword', () => {
  test.each<TqlObject>(['indicator', 'group', 'tag', 'attribute', 'securityLabel'])(
    'every keyword of queries about a %s compiles to SQL that PostgreSQL takes',
    async (object) => {
      const wrap = {
        indicator: '%',
        group: '%',
        tag: 'hasTag(%)',
        attribute: 'hasAttribute(%)',
        securityLabel: 'hasSecurityLabel(%)',
      }
      const values = { text: '"x"', number: '1', boolean: 'true', date: '"2026-01-01"' }
      const operators = {
        text: ['=', '!=', '<', 'like', 'not contains'],
        boolean: ['=', '!='],
        number: ['=', '!=', '>', '<='],
        date: ['=', '!=', '>', '<='],
      }
      for (const [name, keyword] of Object.entries(tqlKeywordTables[object])) {
        const { kind } = keyword
        const written =
          kind === 'nested'
            ? [
                `${name}(${keyword.object === 'attribute' ? 'text' : keyword.object === 'indicator' ? 'summary' : 'name'} = "x")`,
              ]
            : operators[kind].map(
                (operator) =>
                  `${name} ${operator} ${/type ?name/i.test(name) && object !== 'attribute' ? typeNames[object] : values[kind]}`,
              )
        for (const tql of written) {
          // Both kinds of what may have tags, labels and attributes.
          const inside = (wrap[object as keyof typeof wrap] ?? '%').replace('%', tql)
          if (object !== 'group') await finds(inside)
          if (object !== 'indicator') await findsGroups(inside)
        }
      }
    },
  )

  test.each<[string, string[]]>([
    ['associatedIndicator = {id of 192.0.2.10}', []],
    ['tagOwner = {Beta}', ['a.example.com']],
    ['tagOwnerName = "Beta"', ['a.example.com']],
    ['attackTag = "t1566"', tagged],
    ['attackTag = "T1566 - Phishing"', tagged],
    ['attackTag like "%phish%"', tagged],
    ['hasTag(techniqueId in ("T1566", "T1059"))', tagged],
    ['hasTag(techniqueId = "T156")', []],
    ['hasTag(name = "T1566 - Phishing" and ownerName = "Gamma")', tagged],
    ['hasTag(hasGroup(name = "Spear"))', tagged],
    ['hasTag(hasIndicator(summary = "http://t.example/")) and typeName = "Registry Key"', [key]],
    ['externalDateAdded = "2026-01-03"', ['http://t.example/']],
    ['externalDateAdded > "2026-01-01" and externalLastModified < "2026-03-03 10:00:01"', ['http://t.example/']],
    ['externalLastModified > "2000-01-01" and typeName = "Registry Key"', []],
    ['fileName = "evil.exe" and filePath startswith "C:\\temp"', ['c'.repeat(64)]],
    ['fileName != "evil.exe" and typeName = "File" and ownerName = "Gamma"', []],
    [`value1 = "hklm\\Software\\Run"`, [key]],
    ['value2 = "Updater"', [key]],
    ['value3 = "REG_SZ"', [key]],
    [`value2 = "${'b'.repeat(40)}"`, ['b'.repeat(40)]],
    [`value3 = "${'c'.repeat(64)}"`, ['c'.repeat(64)]],
    ['value2 startswith "bbb"', ['b'.repeat(40)]],
    ['description = "said as a field"', ['http://t.example/']],
    ['hasGroup(hasIndicator(typeName = "URL")) and typeName = "URL"', ['http://t.example/']],
    ['hasAttribute(owner = {Alpha})', ['b_c.example.net']],
    ['hasAttribute(lastModified > "TODAY()" and ownerName = "Alpha")', ['b_c.example.net']],
  ])('%s', async (tql, expected) => {
    expect(await finds(await filled(tql))).toEqual([...expected].sort())
  })

  test.each<[string, string[]]>([
    ['', ['Night Owl', 'Quarterly 100%', 'Spear']],
    ['name like "%owl"', ['Night Owl']],
    ['typeName in ("Report", "Campaign") and ownerName = "Alpha"', ['Night Owl', 'Quarterly 100%']],
    ['hasIndicator(summary = "192.0.2.10")', ['Quarterly 100%']],
    ['hasIndicator(typeName = "Host" and hasTag(name = "phish"))', ['Night Owl']],
    ['associatedIndicator = {id of 192.0.2.10}', ['Quarterly 100%']],
    ['associatedGroup = {id of group Night Owl}', ['Quarterly 100%']],
    ['hasGroup(xid = "c1")', ['Quarterly 100%']],
    ['hasGroup(xid = "r1")', ['Night Owl']],
    ['hasAllTags(name in ("apt"))', ['Night Owl']],
    ['tagOwnerName = "Gamma"', ['Spear']],
    ['attackTag = "T1566"', ['Spear']],
  ])('groups: %s', async (tql, expected) => {
    expect(await findsGroups(await filled(tql))).toEqual([...expected].sort())
  })

  test('lists of 500 and of 10,000 are one parameter each', async () => {
    for (const size of [500, 10_000]) {
      const list = Array.from({ length: size - 1 }, (_, index) => `"host-${index}.example"`)
      const condition = compileTql(`summary in (${list.join(',')},"a.example.com")`, new Date())
      const compiled = sql`select 1 where ${condition}`.compile(library.database.db)
      expect(compiled.parameters).toHaveLength(1)
      expect(await finds(`summary in (${list.join(',')},"a.example.com")`)).toEqual(['a.example.com'])
      expect(
        await finds(`tag in (${list.join(',')},"phish") and rating in (1,${list.map((_, i) => i + 9).join(',')})`),
      ).toEqual(['a.example.com'])
    }
  })
})
