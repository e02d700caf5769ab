import { execFile } from 'node:child_process'
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { checkoutFolder } from '../commands/start.ts'
import { startLocalHub } from '../local/local-hub.ts'
import { prepareServiceHome } from '../service/service-home.ts'

const main = fileURLToPath(new URL('../main.ts', import.meta.url))

type Said = { code: number; out: string[]; err: string }

test('LIB-4, LIB-8: the command line imports lists, shows them, tests values against them, explains a value of the library, and says when it shows not all', async () => {
  await using stack = new AsyncDisposableStack()
  const folder = mkdtempSync('/tmp/postern-exclusions-')
  stack.defer(() => rmSync(folder, { recursive: true, force: true }))
  chmodSync(folder, 0o711)
  const { checkout, dataFolder, user } = prepareServiceHome(checkoutFolder, join(folder, 'data'))
  const settings = {
    POSTERN_HTTPS_PORT: '0',
    POSTERN_LISTEN_HOST: '127.0.0.1',
    POSTERN_BROKER_URL: 'mqtt://127.0.0.1:1',
  }
  const hub = await startLocalHub({ checkout, dataFolder, externalBroker: true, user, settings, onCrash() {} })
  stack.defer(hub.stop)

  const postern = (...words: string[]) => command('exclusions', ...words)
  const command = (...words: string[]) =>
    new Promise<Said>((resolve) => {
      const env = { ...process.env, POSTERN_DATA_DIR: dataFolder, POSTERN_URL: undefined }
      execFile(process.execPath, [main, ...words], { env, timeout: 60_000 }, (error, out, err) =>
        resolve({ code: typeof error?.code === 'number' ? error.code : 0, out: out.split('\n').slice(0, -1), err }),
      )
    })
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
  expect([wrong.code, wrong.err]).toEqual([1, expect.stringContaining('Nothing was changed. entry 2 (*)')])
  const broad = await postern('import', file('broad.txt', '*.com\n'), '--name', 'Broad')
  expect([broad.code, broad.err]).toEqual([1, expect.stringMatching(/^Nothing was changed.*--confirm/)])
  expect((await postern('list')).out.join(' ')).not.toContain('Broad')
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

  await command('import', file('more.txt', 'c.example.net\nd.example.net\n'), '--owner', 'Sample feed')
  const [first, every] = [
    await command('search', 'typeName = "Host"', '--limit', '1'),
    await command('search', 'typeName = "Host"'),
  ]
  expect([first.out.length, first.err]).toEqual([1, 'These are the first 1; there are more. See --limit.\n'])
  expect([every.out.length, every.err]).toEqual([3, ''])
  const piped = `"${process.execPath}" "${main}" search 'typeName = "Host"' --limit 1 | true; echo "\${PIPESTATUS[0]}"`
  const env = { ...process.env, POSTERN_DATA_DIR: dataFolder, POSTERN_URL: undefined }
  const { stdout, stderr } = await promisify(execFile)('bash', ['-c', piped], { env, timeout: 60_000 })
  expect([stdout, stderr]).toEqual(['0\n', expect.not.stringContaining('EPIPE')])
})
