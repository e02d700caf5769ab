import pg from 'pg'

type Column = {
  table: string
  name: string
  type: string
  nullable: boolean
  default: string | null
  generated: boolean
}

/**
 * The schema as text, so that a reviewer sees what a migration does: tables with their columns, constraints and indexes,
 * read from the catalogs. Partitions are left out, since they come and go with the days.
 */
export async function describeSchema(client: pg.Client): Promise<string> {
  const columns = await readColumns(client)
  const { rows: constraints } = await client.query<{ table: string; text: string }>(`
    select c.relname as "table", 'constraint ' || k.conname || ' ' || pg_get_constraintdef(k.oid) as text
    from pg_constraint k join pg_class c on c.oid = k.conrelid
    where c.relnamespace = 'public'::regnamespace and not c.relispartition and k.contype <> 'n'
    order by 1, k.conname`)
  const { rows: indexes } = await client.query<{ table: string; text: string }>(`
    select c.relname as "table", pg_get_indexdef(i.indexrelid) as text
    from pg_index i join pg_class c on c.oid = i.indrelid
    where c.relnamespace = 'public'::regnamespace and not c.relispartition
      and not exists (select 1 from pg_constraint k where k.conindid = i.indexrelid)
    order by 1, 2`)
  const tables = [...new Set(columns.map((column) => column.table))]
  return tables
    .map((table) =>
      [
        `table ${table}`,
        ...columns.filter((column) => column.table === table).map(columnLine),
        ...[...constraints, ...indexes].filter((row) => row.table === table).map((row) => `  ${row.text}`),
        '',
      ].join('\n'),
    )
    .join('\n')
}

/** The tables as Kysely types. */
export async function describeTables(client: pg.Client): Promise<string> {
  const columns = await readColumns(client)
  const tables = [...new Set(columns.map((column) => column.table))]
  const lines = [
    '// Written from the migrations by tools/describe-schema.ts; a test compares it. Do not edit.',
    "import type { ColumnType, Generated } from 'kysely'",
    '',
    '/** A bigint: read as a string, so that no digit is lost; written as either. */',
    'export type BigIntColumn = ColumnType<string, string | number | bigint, string | number | bigint>',
    'export type GeneratedBigInt = ColumnType<string, string | number | bigint | undefined, string | number | bigint>',
    'export type Timestamp = ColumnType<Date, Date | string, Date | string>',
    'export type GeneratedTimestamp = ColumnType<Date, Date | string | undefined, Date | string>',
    '',
    'export interface Database {',
    ...tables.map((table) => `  ${table}: ${typeName(table)}`),
    '}',
    '',
  ]
  for (const table of tables) {
    lines.push(`export interface ${typeName(table)} {`)
    for (const column of columns.filter((each) => each.table === table)) {
      lines.push(`  ${column.name}: ${typeScriptType(column)}`)
    }
    lines.push('}', '')
  }
  return lines.join('\n')
}

async function readColumns(client: pg.Client): Promise<Column[]> {
  const { rows } = await client.query<Column>(`
    select c.relname as "table", a.attname as name, format_type(a.atttypid, a.atttypmod) as type,
           not a.attnotnull as nullable, pg_get_expr(d.adbin, d.adrelid) as "default",
           a.attidentity <> '' or a.attgenerated <> '' as generated
    from pg_attribute a
    join pg_class c on c.oid = a.attrelid
    left join pg_attrdef d on d.adrelid = c.oid and d.adnum = a.attnum
    where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p') and not c.relispartition
      and a.attnum > 0 and not a.attisdropped
    order by c.relname, a.attnum`)
  return rows
}

function columnLine(column: Column): string {
  const nullable = column.nullable ? '' : ' not null'
  const value = column.generated ? ' generated' : column.default === null ? '' : ` default ${column.default}`
  return `  ${column.name} ${column.type}${nullable}${value}`
}

function typeName(table: string): string {
  return `${table.replace(/(?:^|_)([a-z0-9])/g, (_, letter: string) => letter.toUpperCase())}Table`
}

function typeScriptType(column: Column): string {
  const filled = column.generated || column.default !== null
  if (column.type === 'bigint' && !column.nullable) return filled ? 'GeneratedBigInt' : 'BigIntColumn'
  if (column.type.startsWith('timestamp') && !column.nullable) return filled ? 'GeneratedTimestamp' : 'Timestamp'
  const base = baseType(column.type)
  const type = column.nullable ? `${base} | null` : base
  return filled ? `Generated<${type}>` : type
}

function baseType(type: string): string {
  if (type === 'bigint') return 'string'
  if (type.startsWith('timestamp')) return 'Date'
  if (/^(integer|smallint|real|double precision)$/.test(type)) return 'number'
  if (type === 'boolean') return 'boolean'
  if (type === 'bytea') return 'Buffer'
  if (type === 'jsonb' || type === 'json') return 'unknown'
  if (type.endsWith('[]')) return `${baseType(type.slice(0, -2))}[]`
  return 'string'
}
