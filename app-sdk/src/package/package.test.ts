import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { InstallJson, PosternJson } from '@postern/protocol'
import { beforeAll, expect, test } from 'vitest'
import { checkApp } from './check-app.ts'
import { withDroppableValues } from './droppable-values.ts'
import { packageApp } from './package-app.ts'
import type { PackagedApp } from './package-app.ts'

const sampleFolder = new URL('../test-kit/sample-app', import.meta.url).pathname
const misp = new URL('../../../apps/misp-feed', import.meta.url).pathname
const aed = new URL('../../../apps/netscout-aed', import.meta.url).pathname

let packagedMisp: PackagedApp
beforeAll(async () => {
  packagedMisp = await packageApp(misp)
})

/** The entries of a zip whose files are stored: local headers by APPNOTE.TXT 4.3.7. */
function entriesOf(file: Buffer): Map<string, Buffer> {
  const entries = new Map<string, Buffer>()
  for (let at = 0; file.readUInt32LE(at) === 0x04034b50;) {
    const [size, nameLength, extraLength] = [
      file.readUInt32LE(at + 18),
      file.readUInt16LE(at + 26),
      file.readUInt16LE(at + 28),
    ]
    const start = at + 30 + nameLength + extraLength
    entries.set(file.toString('utf8', at + 30, at + 30 + nameLength), file.subarray(start, start + size))
    at = start + size
  }
  return entries
}

test('D13: the same input gives the same SHA-256, in another folder and another time zone too', async () => {
  const zone = process.env['TZ']
  process.env['TZ'] = 'Pacific/Auckland'
  const second = await packageApp(misp)
  process.env['TZ'] = zone ?? 'UTC'
  expect(second.sha256).toBe(packagedMisp.sha256)
  expect(packagedMisp.file.equals(second.file)).toBe(true)
})

test('D13: a package is one folder with the manifest, the readme, the licences and one file', async () => {
  for (const [packaged, programName, kind] of [
    [packagedMisp, 'misp_feed_v1', 'feed'],
    [await packageApp(aed), 'netscout_aed_v1', 'export'],
  ] as const) {
    const entries = entriesOf(packaged.file)
    expect([...entries.keys()]).toEqual(
      ['install.json', 'postern.json', 'README.md', 'third-party.txt', 'app.mjs'].map(
        (name) => `${programName}/${name}`,
      ),
    )
    const text = (name: string) => entries.get(`${programName}/${name}`)?.toString('utf8') ?? ''
    expect(InstallJson.parse(JSON.parse(text('install.json')))).toMatchObject({
      programLanguage: 'NODE',
      programMain: 'app.mjs',
      programVersion: '1.0.0',
    })
    expect(PosternJson.parse(JSON.parse(text('postern.json'))).kind).toBe(kind)
    expect(text('third-party.txt')).toMatch(/^zod\n---\nMIT/m)
    expect(packaged.programName).toBe(programName)
  }
})

function codeOfMisp(): string {
  return entriesOf(packagedMisp.file).get('misp_feed_v1/app.mjs')?.toString('utf8') ?? ''
}

test('D13: a package tells nothing of the machine that it was built on', () => {
  const code = codeOfMisp()
  expect(code).not.toBe('')
  expect(code).not.toContain(process.cwd())
  expect(code).not.toContain('node_modules')
  for (const unwanted of ['undici', 'pino', 'mqtt/', 'esbuild', 'yazl'])
    expect(code).not.toContain(`module:${unwanted}`)
})

test('D13: a package holds no schema of the wire that its app never reads, and loads HTTP and ciphers when they are needed', () => {
  const code = codeOfMisp()
  expect(code).toContain('PlatformFile')
  for (const unread of ['ControlPage', 'CreateJob', 'Heartbeat'])
    expect(code).not.toMatch(new RegExp(`\\b${unread}\\b`))
  for (const late of ['createDecipheriv', 'request'])
    expect(code).toMatch(new RegExp(`its_${late} = \\(\\.\\.\\.given\\)`))
  // A class must be the module's own: it is asked for with new and instanceof.
  expect(code).toMatch(/its_Readable = \/\* @__PURE__ \*\/ \(\(\) =>/)
})

test('D13: values that a call makes can be left out, and the others stay as they are', async () => {
  const source = [
    'export const Name = z.string().check(',
    '  z.refine((name) => { const short = trim(name); return short !== "" }),',
    ')',
    'const known: Map<string, number> = new Map(entries())',
    'export const bound = 5',
    'export const isKnown = (name: string) => known.has(name)',
    'export function trim(name: string) { return name.trim() }',
    'const codes = Uint8Array.from({ length: 3 }, (_, code) => {',
    '  const half = code / 2',
    '  return /a(b)/.test(String(half)) ? 1 : 0',
    '})',
    'export const last = made()',
  ].join('\n')
  const code = await withDroppableValues(source)
  expect(code.match(/@__PURE__/g)).toHaveLength(4)
  // A function's own statements stand further in; its end stands at the margin.
  expect(code).toMatch(/const codes = \/\* @__PURE__ \*\/ \(\(\) => Uint8Array[\s\S]*? : 0;\n\}\)\)\(\);/)
  expect(code).toContain('export const Name = /* @__PURE__ */ (() => z.string().check(')
  expect(code).toContain('const known = /* @__PURE__ */ (() => new Map(entries()))();')
  expect(code).toContain('export const last = /* @__PURE__ */ (() => made())();')
  expect(code).toContain('export const isKnown = (name) => known.has(name);')
})

test('D13: an app is packaged from a copy outside the repository with the same result', async () => {
  const outside = await mkdtemp(join(tmpdir(), 'package-test-'))
  // The copy finds the SDK as a project outside would, in its own node_modules.
  await cp(misp, join(outside, 'apps', 'misp-feed'), { recursive: true })
  await promisify((await import('node:fs')).symlink)(
    new URL('../../../node_modules', import.meta.url).pathname,
    join(outside, 'node_modules'),
    'dir',
  )
  expect((await packageApp(join(outside, 'apps', 'misp-feed'))).sha256).toBe(packagedMisp.sha256)
  await rm(outside, { recursive: true })
})

test('FD-7: the apps of this repository pass the check', async () => {
  expect(await checkApp(misp)).toEqual([])
  expect(await checkApp(aed)).toEqual([])
})

test('FD-7: the check names what is missing and what an app must not do', async () => {
  const folder = await mkdtemp(new URL('../test-kit/checked-', import.meta.url).pathname)
  const source = await readFile(join(sampleFolder, 'app.ts'), 'utf8')
  await writeFile(
    join(folder, 'app.ts'),
    `${source}\nexport const x = () => { console.log(process.env['X'], fetch('https://example.com')) }\nexport const y = { rejectUnauthorized: false }\n`,
  )
  const findings = (await checkApp(folder)).map(({ level, file, message }) => `${level} ${file} ${message}`)
  await rm(folder, { recursive: true })
  expect(findings).toEqual([
    'warning app.ts a feed whose source gives no rating lets its user set it: declare parameter rating, default 0',
    'warning app.ts a feed whose source gives no confidence lets its user set it: declare parameter confidence, default 0',
    'error README.md is missing: say what the app brings in and what it needs',
    'error app.test.ts is missing: an app without tests is not packaged',
    'warning app.ts switches certificate checks off; pin the certificate with parameter.fingerprint',
    'warning app.ts reads the environment; what an app needs is a parameter',
    'warning app.ts speaks HTTP past context.external(), so without proxy, bounds, retries and its own name (FD-4)',
    'warning app.ts writes to the console; context.log has levels and redacts secrets',
  ])
  await expect(packageApp(sampleFolder)).rejects.toThrow('README.md is missing')
})
