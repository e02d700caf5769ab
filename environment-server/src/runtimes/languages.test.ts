import { giveAway, Rehearsal } from '@postern/dev/environment-server'
import { appOf, Authority } from '@postern/dev/fake-hub'
import { type Language, languageApp, mainOf } from '@postern/dev/language-apps'
import { execFileSync } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:https'
import type { AddressInfo } from 'node:net'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'

const languages: Language[] = ['PYTHON', 'JAVA', 'NODE']
const caName = 'Example Private CA'

/** Everything that two servers share: a private HTTPS server, a CA folder, a second Python. */
const place = mkdtempSync('/tmp/postern-languages-')
chmodSync(place, 0o755)
const caFolder = join(place, 'certificates')
const otherPython = join(place, 'other-python')
let secret: Server
let url: string
const apps = new Map<Language, Record<string, Buffer>>()

beforeAll(async () => {
  const authority = await Authority.create(caName)
  const { certificate, privateKey } = await authority.serverIdentity()
  secret = createServer({ cert: certificate, key: privateKey }, (_request, response) =>
    response.end('behind a private CA'),
  )
  secret.listen(0, '127.0.0.1')
  await once(secret, 'listening')
  // listen() on a port gives an address with one.
  url = `https://127.0.0.1:${(secret.address() as AddressInfo).port}/`
  mkdirSync(caFolder)
  writeFileSync(join(caFolder, 'private.pem'), authority.certificate)
  writeFileSync(join(caFolder, 'broken.pem'), 'no certificate at all')
  execFileSync('/usr/bin/python3', ['-m', 'venv', '--copies', '--without-pip', otherPython])
  for (const language of languages) apps.set(language, languageApp('fetch', language))
  giveAway(place)
})
afterAll(() => {
  secret.close()
  rmSync(place, { recursive: true })
})

/** The folder of the JDK whose java is first on the path. */
const javaHome = () =>
  dirname(dirname(realpathSync(execFileSync('sh', ['-c', 'command -v java'], { encoding: 'utf8' }).trim())))

function startWith(settings: Record<string, unknown>): Promise<Rehearsal> {
  return Rehearsal.start({
    settings,
    policy: { egress: { allow: [new URL(url).host] } },
    process: { environment: { JAVA_HOME: '' } },
  })
}

async function fetchIn(rehearsal: Rehearsal, language: Language, languageVersion?: string) {
  const programMain = mainOf('fetch', language)
  const name = `fetch_${language.toLowerCase()}_v1`
  const manifest = { programLanguage: language, programMain }
  const files = { ...apps.get(language), 'url.txt': url }
  const app = rehearsal.hub.addPackage(await appOf(name, manifest, files, rehearsal.hub.publisherKey))
  const executionId = await rehearsal.execute(app, {
    app: { ...manifest, ...(languageVersion !== undefined && { languageVersion }) },
    egress: [new URL(url).host],
    limits: { memoryBytesMax: 2 * 1024 * 1024 * 1024, processesMax: 64 },
  })
  const { result } = await rehearsal.resultOf(executionId)
  return { result, texts: await rehearsal.logOf(executionId) }
}

describe('on a server with every interpreter and a folder of private CAs', () => {
  let rehearsal: Rehearsal
  beforeAll(async () => {
    rehearsal = await startWith({
      appsPythonHome311: '/usr/bin/python3',
      appsPythonHome: otherPython,
      appsJavaHome: javaHome(),
      caFolder,
    })
  })
  afterAll(() => rehearsal[Symbol.asyncDispose]())

  test.each(languages)(
    'ES-17: an app in %s fetches from a server with a private certificate, through the egress guard',
    async (language) => {
      const { result, texts } = await fetchIn(rehearsal, language)
      expect(texts).toContain('FETCHED behind a private CA')
      // Node has two clients, and an app may wait for another Node that it starts.
      if (language === 'NODE') for (const how of ['GOT', 'CHILD']) expect(texts).toContain(`${how} behind a private CA`)
      expect(result).toMatchObject({ outcome: 'exited', exitCode: 0, tier: 'isolated' })
    },
  )

  test('ES-17: a file in the folder that is no certificate is named, and the others hold', () => {
    expect(rehearsal.server.text).toContain(`${caFolder}/broken.pem holds no PEM certificate and is left out.`)
  })

  test('ES-6: languageVersion picks the Python, and the log names version, path and setting of what ran', async () => {
    const newer = await fetchIn(rehearsal, 'PYTHON', '3.11')
    const older = await fetchIn(rehearsal, 'PYTHON', '3.6')
    expect(newer.texts[0]).toMatch(
      /^Runs with Python 3\.\d+\.\d+ \(\/usr\/bin\/python3, appsPythonHome311\), in sandbox tier/,
    )
    expect(newer.texts.join('\n')).toMatch(/^RUNS Python 3\.\d+\.\d+ of \/usr$/m)
    expect(older.texts[0]).toMatch(/^Runs with Python 3\.\d+\.\d+ \(.+\/other-python\/bin\/python3?, appsPythonHome\)/)
    expect(older.texts.join('\n')).toContain(`of ${otherPython}`)
  })

  test('ES-6: a server says at its start which interpreters it found', () => {
    expect(rehearsal.server.text).toMatch(/Python 3\.\d+\.\d+ is \/usr\/bin\/python3 \(appsPythonHome311\)\./)
    expect(rehearsal.server.text).toMatch(/Java \d+[\d.]* is .+\/bin\/java \(appsJavaHome\)\./)
    const said = rehearsal.hub.heartbeats.at(-1)?.interpreters?.map(({ language, version }) => `${language} ${version}`)
    expect(said).toEqual([
      expect.stringMatching(/^PYTHON 3\.\d+\.\d+$/),
      expect.stringMatching(/^PYTHON 3\.\d+\.\d+$/),
      expect.stringMatching(/^JAVA \d+/),
    ])
  })
})

describe('on a server without a folder of private CAs, and with the newer Python alone', () => {
  let rehearsal: Rehearsal
  beforeAll(async () => {
    rehearsal = await startWith({ appsPythonHome311: '/usr', appsJavaHome: join(javaHome(), 'bin/java') })
  })
  afterAll(() => rehearsal[Symbol.asyncDispose]())

  test.each(languages)(
    'ES-17: an app in %s does not trust a private certificate, and its log names the CA',
    async (language) => {
      const { result, texts } = await fetchIn(rehearsal, language)
      expect(result).toMatchObject({ outcome: 'exited', exitCode: 1 })
      expect(texts.join('\n')).not.toContain('FETCHED')
      expect(texts.join('\n')).toMatch(/shows a certificate issued by Example Private CA, .* caFolder/)
    },
  )

  test('ES-6: where only one Python is set it is taken, and the log says so', async () => {
    const { texts } = await fetchIn(rehearsal, 'PYTHON', '3.6')
    expect(texts[1]).toContain('needs Python 3.6; only appsPythonHome311 is set, and is taken.')
  })
})
