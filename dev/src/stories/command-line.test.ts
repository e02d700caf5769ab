import { execFile } from 'node:child_process'
import { createServer, request as httpRequest } from 'node:http'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { callHub, checkoutFolder, unzip } from '@postern/cli'
import { Environment, ExclusionEntryPage, ExclusionList, HubKeys, paths } from '@postern/protocol'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { makeOtherRuntime } from '../environment-server/other-runtime.ts'
import { waitFor } from '../environment-server/wait-for.ts'
import { sendIndicators } from '../send-indicators.ts'
import { startTestSystem, type TestSystem } from '../test-system.ts'

const main = join(checkoutFolder, 'cli/src/main.ts')

type Said = { code: number; out: string[]; err: string }

let system: TestSystem
beforeAll(async () => (system = await startTestSystem()))
afterAll(async () => await system[Symbol.asyncDispose]())

test('LIB-4, LIB-8: the command line imports lists, shows them, tests values against them, explains a value of the library, and says when it shows not all', async () => {
  await using stack = new AsyncDisposableStack()
  const folder = mkdtempSync(join(tmpdir(), 'postern-command-line-'))
  stack.defer(() => rmSync(folder, { recursive: true, force: true }))
  const postern = (...words: string[]) => command('exclusions', ...words)
  const file = (name: string, text: string) => {
    writeFileSync(join(folder, name), text)
    return join(folder, name)
  }

  const own = file('own.txt', '# what we own\n.example.com\n192.0.2.0/24  # the office\n\n')
  expect((await postern('import', own, '--name', 'Ours', '--kind', 'protected')).out).toEqual(['new: Ours, 2 entries'])
  const published = { name: 'Known', type: 'string', version: 7, list: ['example.net', 'b.example.net'] }
  const misp = file('list.json', JSON.stringify(published))
  expect((await postern('import', misp)).out).toEqual(['new: Known, 2 entries, 0 refused'])
  expect((await postern('list')).out).toEqual([
    'Ours\tprotected\tblocks at import and export, protected\t2 entries\t0 hits',
    'Known\tmisp\tinforms at import and export\t2 entries\t0 hits',
  ])

  const tested = await postern('test', 'https://www.example.com/', '192.0.0.0/8', 'EXAMPLE.net', 'example.org')
  expect(tested).toEqual({
    code: 3,
    out: [
      'https://www.example.com/\tURL\tblocks at import and export, protected\tOurs: .example.com',
      '192.0.0.0/8\tCIDR\tblocks at import and export, protected\tOurs: 192.0.2.0/24',
      'example.net\tHost\tinforms at import and export\tKnown: example.net',
      'example.org\tHost\ton no list',
    ],
    err: '',
  })

  const wrong = await postern('import', file('wrong.txt', 'good.example.org\n*\n'), '--name', 'Ours')
  expect([wrong.code, wrong.err]).toEqual([1, expect.stringContaining('Nothing was changed. Entry 2 (*)')])
  const broad = await postern('import', file('broad.txt', '*.com\n'), '--name', 'Broad')
  expect([broad.code, broad.err]).toEqual([1, expect.stringMatching(/^Nothing was changed.*--confirm/)])
  expect((await postern('list')).out.join(' ')).not.toContain('Broad')
  const emptied = await postern('import', file('empty.txt', '\n'), '--name', 'Ours', '--kind', 'protected')
  expect([emptied.code, emptied.err]).toEqual([1, expect.stringMatching(/Ours would be empty.*--confirm/)])
  expect((await postern('import', own)).err).toContain('name it with --name')

  // LIB-8, with what only a whole hub says; what it says of receipts is in explained-rows.test.ts.
  await command('import', file('feed.txt', 'b.example.net\n'), '--owner', 'Sample feed')
  const explained = await command('explain', 'B[.]example[.]net')
  expect(explained).toEqual({
    code: 0,
    out: [
      'indicator\tHost\tb.example.net\tno TLP label',
      'asserted\tSample feed\tActive',
      expect.stringMatching(/^because\tSample feed\t.+/),
      'in-force\tSample feed\tActive',
      'excluded\tKnown\tb.example.net: informs only',
      'control\t\tno control has reported a receipt yet',
    ],
    err: '',
  })
  const whole = await command('explain', 'b.example.net', '--json')
  expect(JSON.parse(whole.out[0] ?? '')).toMatchObject({
    indicator: { value: 'b.example.net', assertions: [{ ownerName: 'Sample feed' }] },
    exports: { targets: [] },
  })
  expect(await command('explain', 'hxxps://b.example[.]net/path')).toEqual({
    code: 0,
    out: [
      expect.stringMatching(/^unasserted\tURL\thttps:\/\/b\.example\.net\/path\tNo owner asserts/),
      'excluded\tKnown\tb.example.net: informs only',
      'covered\tHost\tb.example.net\ton no control',
    ],
    err: '',
  })
  const unknown =
    'No owner asserts unheard.example, so no control gets it from here. It would be read as Host unheard.example.\n'
  expect(await command('explain', 'UNHEARD[.]example')).toEqual({ code: 1, out: [], err: unknown })
  expect(await command('explain', 'b.example.net', '--type', 'Address')).toMatchObject({
    code: 1,
    out: [],
    err: expect.stringContaining('b.example.net'),
  })
  expect(await command('explain', 'b.example.net', '--control', 'Edge')).toMatchObject({
    code: 1,
    err: 'There is no control Edge.\n',
  })

  const more = file('more.txt', 'c.example.net\nd.example.net\nevil.example/path\n192.0.2.7:8899\n')
  const imported = await command('import', more, '--owner', 'Sample feed')
  const scheme = 'looks like a URL without a scheme; write http:// or https:// in front of it.'
  const port =
    'has a port, which is no part of an address or a host; leave it out, or write http:// or https:// in front of it for a URL.'
  expect(imported).toEqual({
    code: 3,
    out: ['2 accepted, 2 refused', `  1 × “…” ${scheme}`, `  1 × “…” ${port}`],
    err: `line 3: “evil.example/path” ${scheme}\nline 4: “192.0.2.7:8899” ${port}\n`,
  })
  const mended = file('mended.txt', 'evil.example/path\n198.51.100.7:8899\n198.51.100.9\n')
  expect(await command('import', mended, '--owner', 'Mended feed', '--drop-port', '--url-scheme', 'http')).toEqual({
    code: 0,
    out: ['3 accepted, 0 refused', '  of 1 line the port was left out', '  in front of 1 line http:// was written'],
    err: '',
  })
  const ofMended = (await command('search', 'ownerName = "Mended feed"')).out.map((row) => row.split('\t')[1])
  expect(ofMended).toEqual(expect.arrayContaining(['198.51.100.7', 'http://evil.example/path']))
  expect((await command('import', mended, '--owner', 'Mended feed', '--url-scheme', 'ftp')).err).toContain(
    'neither http',
  )
  const [first, every] = [
    await command('search', 'typeName = "Host"', '--limit', '1'),
    await command('search', 'typeName = "Host"'),
  ]
  expect([first.out.length, first.err]).toEqual([1, 'These are the first 1; there are more. See --limit.\n'])
  expect([every.out.length, every.err]).toEqual([3, ''])
  expect(await command('collections', 'preview', 'typeName = "Host" or rating > 9')).toEqual({
    code: 0,
    out: ['3 indicators', '3 Host'],
    err: 'No rating is above 9: it goes from 0 to 5.\n',
  })
  const piped = `"${process.execPath}" "${main}" search 'typeName = "Host"' --limit 1 | true; echo "\${PIPESTATUS[0]}"`
  const env = { ...process.env, POSTERN_DATA_DIR: system.dataFolder, POSTERN_URL: undefined }
  const { stdout, stderr } = await promisify(execFile)('bash', ['-c', piped], { env })
  expect([stdout, stderr]).toEqual(['0\n', expect.not.stringContaining('EPIPE')])
})

test('LIB-3: a list of thousands is searched for from a file or the standard input', async () => {
  await using stack = new AsyncDisposableStack()
  const folder = mkdtempSync(join(tmpdir(), 'postern-command-line-'))
  stack.defer(() => rmSync(folder, { recursive: true, force: true }))
  const names = Array.from({ length: 2000 }, (_, n) => `listed${n}.example.net`)
  const [values, query, empty] = [join(folder, 'values.txt'), join(folder, 'query.tql'), join(folder, 'empty.tql')]
  writeFileSync(values, `${names.slice(0, 1500).join('\n')}\n`)
  await command('import', values, '--owner', 'Sample feed')
  writeFileSync(query, `summary in (${names.map((name) => `"${name}"`).join(', ')})\n`)
  writeFileSync(empty, '\n')
  const valuesOf = ({ out }: Said) => out.map((row) => row.split('\t')[1]).toSorted()
  const wanted = names.slice(0, 1500).toSorted()
  const byFile = await command('search', '--file', query, '--limit', '5000')
  expect([byFile.code, byFile.err, valuesOf(byFile)]).toEqual([0, '', wanted])
  const byArgument = await command('search', readFileSync(query, 'utf8'), '--limit', '5000')
  expect(valuesOf(byArgument)).toEqual(wanted)
  const piped = `"${process.execPath}" "${main}" search --file - --limit 5000 < "${query}"`
  const env = { ...process.env, POSTERN_DATA_DIR: system.dataFolder, POSTERN_URL: undefined }
  const { stdout } = await promisify(execFile)('bash', ['-c', piped], { env, maxBuffer: 10_000_000 })
  expect(stdout.trimEnd().split('\n')).toHaveLength(1500)
  expect(await command('search', '--file', empty)).toEqual({
    code: 1,
    out: [],
    err: 'There is no query in the file.\n',
  })
  expect((await command('search', '--file', join(folder, 'none'))).err).toContain('There is no file')
  expect((await command('search', 'rating > 3', '--file', query)).code).toBe(1)
  expect((await command('search')).code).toBe(1)
})

test('LIB-1: hashes are linked as one file and separated from the shell', async () => {
  await using stack = new AsyncDisposableStack()
  const folder = mkdtempSync(join(tmpdir(), 'postern-command-line-'))
  stack.defer(() => rmSync(folder, { recursive: true, force: true }))
  const [md5, sha1, sha256] = [32, 40, 64].map((length) => 'c'.repeat(length)) as [string, string, string]
  const file = join(folder, 'hashes.txt')
  writeFileSync(file, `${md5}\n${sha1}\n`)
  for (const owner of ['First files', 'Second files']) await command('import', file, '--owner', owner)
  const joined = async () => (await command('search', 'hasIndicator(summary = "' + md5 + '")')).out
  expect((await command('hashes', 'link', md5, sha1)).err).toBe(
    'Several owners have both: First files, Second files. Name one of them as the owner.\n',
  )
  expect(await command('hashes', 'link', md5, sha1.toUpperCase(), '--owner', 'First files')).toEqual({
    code: 0,
    out: [`${md5}\t${sha1}\tof one file now`],
    err: '',
  })
  expect(await joined()).toEqual([expect.stringContaining(sha1)])
  const separated = await command('hashes', 'separate', sha1, md5)
  expect(separated).toEqual({ code: 0, out: [`${sha1}\t${md5}\tseparated`], err: '' })
  expect(await joined()).toEqual([])
  for (const [refused, why] of [
    [[md5, 'nonsense'], 'is not a hash'],
    [[md5, md5], 'Both are MD5 hashes'],
    [[md5, sha256], `Of the two only ${md5} is in the library`],
  ] as const)
    expect(await command('hashes', 'link', ...refused)).toMatchObject({ code: 1, err: expect.stringContaining(why) })
})

test('LIB-1: what an owner says of values is changed and taken back from the shell, and what is not there is told', async () => {
  await using stack = new AsyncDisposableStack()
  const folder = mkdtempSync(join(tmpdir(), 'postern-command-line-'))
  stack.defer(() => rmSync(folder, { recursive: true, force: true }))
  const file = join(folder, 'values.txt')
  writeFileSync(file, '# ours\nours1.example.org\nours2.example.org\n')
  for (const owner of ['First team', 'Second team']) await command('import', file, '--owner', owner)
  const found = async (tql: string) => (await command('search', tql)).out.map((row) => row.split('\t').slice(1, 4))

  const asked = ['--rating', '4', '--tag', 'c2', '--tag', 'apt', '--attribute', 'Description=Seen in case 17']
  expect(await command('indicators', 'set', 'OURS1[.]example.org', '--owner', 'First team', ...asked)).toEqual({
    code: 0,
    out: ['Host\tours1.example.org\tchanged'],
    err: '',
  })
  const rated = 'ownerName = "First team" and rating = 4'
  expect(await found(rated)).toEqual([['ours1.example.org', 'First team, Second team', 'apt, c2']])
  await command('indicators', 'set', 'ours1.example.org', '--owner', 'First team', '--rating', 'none', '--untag', 'c2')
  expect(await found(rated)).toEqual([])
  expect(await found('hasTag(name = "apt")')).toEqual([['ours1.example.org', 'First team, Second team', 'apt']])
  expect(
    await command('indicators', 'set', 'ours1.example.org', '--owner', 'First team', '--rating', '7'),
  ).toMatchObject({
    code: 3,
    out: [],
    err: expect.stringMatching(/^ours1\.example\.org: .*rating/),
  })

  writeFileSync(file, 'ours1.example.org # said\nours3.example.org\nours2.example.org\n')
  expect(await command('indicators', 'remove', '--owner', 'First team', '--file', file)).toEqual({
    code: 3,
    out: ['Host\tours1.example.org\tremoved', 'Host\tours2.example.org\tremoved'],
    err: 'ours3.example.org: this owner says nothing of the Host ours3.example.org.\n',
  })
  expect(await found('summary = "ours1.example.org"')).toEqual([['ours1.example.org', 'Second team', '']])
  await command('indicators', 'remove', '--owner', 'Second team', 'ours1.example.org')
  expect(await found('summary = "ours1.example.org"')).toEqual([])
  const { target } = system.hub
  const sent = (summary: string, count: number, from = 0) => {
    const attribute = Array.from({ length: count }, (_, number) => ({ type: 'Note', value: `note ${from + number}` }))
    return sendIndicators(target, 'First team', { indicator: [{ type: 'Host', summary, attribute }] })
  }
  // More than one batch may name, and one change may write.
  for (const from of [0, 600]) await sent('many.example.org', 600, from)
  await sent('ours4.example.org', 1)
  const both = ['many.example.org', 'ours4.example.org']
  expect(await command('indicators', 'set', ...both, '--owner', 'First team', '--attribute', 'Note=')).toMatchObject({
    code: 3,
    out: ['Host\tours4.example.org\tchanged'],
    err: expect.stringMatching(/^many\.example\.org: This owner has more than 1000 attributes/),
  })
  for (const [refused, why] of [
    [['remove', '--owner', 'First team'], 'Write either values or --file'],
    [['remove', 'x.example.org', '--owner', 'No team'], 'There is no owner No team.'],
    [['set', 'x.example.org', '--owner', 'First team'], 'Say what to change'],
  ] as const)
    expect(await command('indicators', ...refused)).toMatchObject({ code: 1, err: expect.stringContaining(why) })
})

test('LIB-4: what somebody else writes into a list while the command line writes it is not replaced', async () => {
  await using stack = new AsyncDisposableStack()
  const folder = mkdtempSync(join(tmpdir(), 'postern-command-line-'))
  stack.defer(() => rmSync(folder, { recursive: true, force: true }))
  const { target } = system.hub
  const { id } = await callHub(target, paths.exclusionLists, ExclusionList, { json: { name: 'Guarded' } })
  const theirs = [{ entry: 'theirs.example.com' }]
  // The hub's own socket, but that somebody else is always quicker.
  const between = createServer(async (asked, answer) => {
    if (asked.method === 'PUT')
      await callHub(target, paths.exclusionEntries(id), ExclusionList, { method: 'PUT', json: { entries: theirs } })
    const { url: path, method, headers } = asked
    const passed = httpRequest({ socketPath: join(system.dataFolder, 'hub.sock'), path, method, headers })
    passed.once('response', (said) => {
      answer.writeHead(said.statusCode ?? 500, said.headers)
      said.pipe(answer)
    })
    asked.pipe(passed)
  })
  await new Promise<void>((resolve) => between.listen(join(folder, 'hub.sock'), resolve))
  stack.defer(() => new Promise<void>((resolve) => between.close(() => resolve())))

  const file = join(folder, 'mine.txt')
  writeFileSync(file, 'mine.example.com\n')
  expect(await commandOn(folder, 'exclusions', 'import', file, '--name', 'Guarded')).toEqual({
    code: 1,
    out: [],
    err: 'Nothing was changed: somebody else changed Guarded meanwhile. Look at it, and try again.\n',
  })
  const { data } = await callHub(target, paths.exclusionEntries(id), ExclusionEntryPage)
  expect(data.map(({ entry }) => entry)).toEqual(['theirs.example.com'])
})

test('D7: a key is revoked from the shell by --yes alone; without it, what would happen is said', async () => {
  const { keys } = await callHub(system.hub.target, paths.hubKeys, HubKeys)
  const fingerprint = keys.find(({ purpose }) => purpose === 'publisher')?.fingerprint ?? ''
  const asked = await command('keys', 'revoke', fingerprint)
  expect([asked.code, asked.out]).toEqual([1, []])
  expect(asked.err).toMatch(/^Nothing was changed.*cannot be taken back:.*in use.*installs them again.* --yes\n$/s)
  expect(await callHub(system.hub.target, paths.hubKeys, HubKeys)).toMatchObject({ keys })
  const revoked = await command('keys', 'revoke', fingerprint, '--yes')
  expect([revoked.code, revoked.out[0]]).toEqual([0, expect.stringContaining(`${fingerprint} is revoked`)])
})

test('FD-7: what an app’s folder lacks is named from the shell, and ends with 1 where it cannot be packaged', async () => {
  const good = await command('app', 'check', join(checkoutFolder, 'apps/misp-feed'))
  expect(good).toEqual({ code: 0, out: ['nothing is missing'], err: '' })
  const lacking = await command('app', 'check', join(checkoutFolder, 'app-sdk/src/test-kit/sample-app'))
  expect([lacking.code, lacking.out]).toEqual([
    1,
    expect.arrayContaining([expect.stringMatching(/^error: README.md is missing/)]),
  ])
})

test('ES-2: the Node.js of another platform is added from the shell by its SHA-256, and a bundle for it is downloaded', async () => {
  await using stack = new AsyncDisposableStack()
  const folder = mkdtempSync(join(tmpdir(), 'postern-runtime-'))
  stack.defer(() => rmSync(folder, { recursive: true, force: true }))
  const { platform, file, sha256, program } = makeOtherRuntime(folder)
  await callHub(system.hub.target, paths.environments, Environment, { json: { name: 'Plant arm' } })
  const wrong = await command('runtime', 'add', file, '--sha256', '0'.repeat(64))
  expect([wrong.code, wrong.err]).toEqual([1, expect.stringContaining(`The SHA-256 of this file is ${sha256}`)])
  const added = await command('runtime', 'add', file, '--sha256', sha256.toUpperCase())
  expect(added).toEqual({ code: 0, out: [`Bundles for ${platform} carry Node.js 24.21.0 now.`], err: '' })
  expect((await command('runtime', 'list')).out).toEqual(
    expect.arrayContaining([
      expect.stringMatching(/^linux-\w+\tNode\.js [\d.]+\tthe hub's own$/),
      expect.stringMatching(new RegExp(`^${platform}\tNode\\.js 24\\.21\\.0\tadded .* SHA-256 ${sha256}$`)),
    ]),
  )

  const out = join(folder, 'bundle.zip')
  const asked = ['Plant arm', '--platform', platform, '--name', 'gate 7', '--out', out]
  const { out: said } = await command('servers', 'download', ...asked)
  expect(said).toEqual([expect.stringMatching(/bundle\.zip: enrols once.* as server \d+\./)])
  await unzip(readFileSync(out), folder)
  const home = join(folder, 'postern-envsvr')
  expect(readFileSync(join(home, 'runtime/node')).equals(program)).toBe(true)
  expect(readFileSync(join(home, '.postern-envsvr/settings.json'), 'utf8')).toContain('"gate 7"')
  expect((await command('runtime', 'remove', platform)).out).toEqual([expect.stringContaining('is removed')])
})

test('D12: stopping a hub that has just died stops the database that it left', async () => {
  const { hub, dataFolder } = system
  const database = Number(readFileSync(join(dataFolder, 'cluster/data/postmaster.pid'), 'utf8').split('\n')[0])
  // The hub has a pid as long as nobody stopped it.
  const pid = hub.processes.hub.pid as number
  process.kill(pid, 'SIGKILL')
  await waitFor(() => !isAlive(pid), 'the hub to be dead')
  expect(isAlive(database)).toBe(true)
  await hub.stop()
  expect(isAlive(database)).toBe(false)
})

/** One that has ended and waits to be noticed works nowhere any more. */
function isAlive(pid: number): boolean {
  return existsSync(`/proc/${pid}/cwd`)
}

function command(...words: string[]): Promise<Said> {
  return commandOn(system.dataFolder, ...words)
}

function commandOn(dataFolder: string, ...words: string[]): Promise<Said> {
  return new Promise<Said>((resolve) => {
    const env = { ...process.env, POSTERN_DATA_DIR: dataFolder, POSTERN_URL: undefined }
    execFile(process.execPath, [main, ...words], { env }, (error, out, err) =>
      resolve({ code: typeof error?.code === 'number' ? error.code : 0, out: out.split('\n').slice(0, -1), err }),
    )
  })
}
