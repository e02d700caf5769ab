import { lstatSync, readdirSync, readFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { withHubDatabase } from '../hub-database.ts'

/** What to look for, by what it is. */
export type Needles = Readonly<Record<string, string>>

/**
 * Looks for needles, in every form in which one could read them, in every file below the data folder (the database's own and its
 * log of changes among them), and in every column of every row of the database, since there PostgreSQL may have compressed them.
 * @returns where each was found
 */
export async function findNeedles(dataFolder: string, needles: Needles): Promise<string[]> {
  const searches = Object.entries(needles).map(([name, needle]) => ({ name, forms: formsOf(needle) }))
  const found = new Set<string>()
  const look = (place: string, content: Buffer) => {
    for (const { name, forms } of searches)
      if (forms.some((form) => content.includes(form))) found.add(`${name} in ${place}`)
  }
  for (const file of filesBelow(dataFolder)) look(relative(dataFolder, file), readOrGone(file))
  await lookAtDatabase(dataFolder, look)
  return [...found].toSorted()
}

/** As it is, as hexadecimal, and as base64 at each of the three places where it may stand in a longer text. */
function formsOf(needle: string): string[] {
  const bytes = Buffer.from(needle)
  const base64 = [0, 1, 2].map((before) => {
    const text = Buffer.concat([Buffer.alloc(before), bytes]).toString('base64')
    // The first and the last characters depend on what stands beside it.
    return text.slice(before === 0 ? 0 : before + 1, Math.floor(((before + bytes.length) * 8) / 6))
  })
  return [
    needle,
    bytes.toString('hex'),
    ...base64,
    ...base64.map((text) => text.replaceAll('+', '-').replaceAll('/', '_')),
  ]
}

function filesBelow(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name)
    if (entry.isDirectory()) return filesBelow(path)
    return entry.isFile() ? [path] : []
  })
}

/** The database removes files while we look. */
function readOrGone(file: string): Buffer {
  try {
    return lstatSync(file).isFile() ? readFileSync(file) : Buffer.alloc(0)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
    return Buffer.alloc(0)
  }
}

async function lookAtDatabase(dataFolder: string, look: (place: string, content: Buffer) => void): Promise<void> {
  await withHubDatabase(dataFolder, async (client) => {
    const { rows: tables } = await client.query<{ name: string }>(
      `select format('%I.%I', schemaname, tablename) as name from pg_tables where schemaname not in ('pg_catalog', 'information_schema')`,
    )
    for (const { name } of tables) {
      // The name comes quoted from PostgreSQL itself.
      const { rows } = await client.query<Record<string, unknown>>(`select * from ${name}`)
      for (const row of rows)
        for (const [column, value] of Object.entries(row)) look(`${name}.${column}`, readable(value))
    }
  })
}

const gzipMagic = Buffer.from([0x1f, 0x8b])

function readable(value: unknown): Buffer {
  if (Buffer.isBuffer(value)) return value.subarray(0, 2).equals(gzipMagic) ? gunzipSync(value) : value
  return Buffer.from(typeof value === 'string' ? value : JSON.stringify(value ?? null))
}
