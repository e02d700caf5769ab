import { execFileSync } from 'node:child_process'
import { readFileSync, realpathSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import { dirname, join } from 'node:path'
import { buffer } from 'node:stream/consumers'
import { callHub, ensureJob, ensureOwner, installPackage, type LocalEnvironmentServer } from '@postern/cli'
import {
  Execution,
  ExecutionDetail,
  executionEndStates,
  IndicatorDetail,
  IndicatorPage,
  paths,
} from '@postern/protocol'
import { ZipFile } from 'yazl'
import { waitFor } from '../environment-server/wait-for.ts'
import { type Language, languageApp, mainOf } from '../language-apps/language-app.ts'
import type { TestSystem } from '../test-system.ts'

/** What the source of the feed serves. */
const lines = [
  'Host first.language.example 3 50 alpha',
  'Host second.language.example 5 90 beta',
  'Address 198.51.100.7 1 20 alpha',
  'URL https://third.language.example/path 4 75 gamma',
]

export function languageSource(): Server {
  return createServer((_request, response) => response.end(`${lines.join('\n')}\n`)).listen(0, '127.0.0.1')
}

/** Gives the environment server its interpreters, as its operator would, and starts it again. */
export async function setInterpreters(server: LocalEnvironmentServer): Promise<void> {
  const file = join(server.home, '.postern-envsvr/settings.json')
  const java = realpathSync(execFileSync('sh', ['-c', 'command -v java'], { encoding: 'utf8' }).trim())
  const settings = JSON.parse(readFileSync(file, 'utf8')) as object
  const interpreters = { appsPythonHome311: '/usr/bin/python3', appsJavaHome: dirname(dirname(java)) }
  await server.process.stop()
  writeFileSync(file, JSON.stringify({ ...settings, ...interpreters }))
  await server.process.start()
}

/** Runs the feed that is written in that language, and gives what its owner says in the library then. */
export async function feedIn(
  system: TestSystem,
  server: LocalEnvironmentServer,
  language: Language,
  source: string,
): Promise<{ execution: ExecutionDetail; said: object[] }> {
  const { target } = system.hub
  const owner = (await ensureOwner(target, `Fed by ${language}`)).name
  const app = await installPackage(target, await feedPackage(language))
  const job = await ensureJob(target, app, server.environment, {
    name: `Feed in ${language}`,
    owner,
    parameters: { source: `http://${source}/` },
  })
  const { id } = await callHub(target, paths.jobExecutions(job.id), Execution, { method: 'POST', json: {} })
  const execution = await waitFor(async () => {
    const seen = await callHub(target, paths.execution(id), ExecutionDetail)
    return executionEndStates.some((state) => state === seen.state) && seen
  }, `the feed in ${language} to end`)
  const query = new URLSearchParams({ tql: `ownerName = "${owner}"` })
  const { data } = await callHub(target, `${paths.indicators}?${query}`, IndicatorPage)
  const details = await Promise.all(data.map((row) => callHub(target, paths.indicator(row.id), IndicatorDetail)))
  const said = details.map(({ type, value, assertions }) => {
    const own = assertions.find(({ ownerName }) => ownerName === owner)
    return { type, value, rating: own?.rating, confidence: own?.confidence, tags: own?.tags }
  })
  return { execution, said: said.toSorted((a, b) => (a.value < b.value ? -1 : 1)) }
}

async function feedPackage(language: Language): Promise<Buffer> {
  const programName = `language_${language.toLowerCase()}_v1`
  const zip = new ZipFile()
  const add = (name: string, content: Buffer | string) => zip.addBuffer(Buffer.from(content), `${programName}/${name}`)
  const installJson = {
    displayName: `Feed in ${language}`,
    programLanguage: language,
    programMain: mainOf('feed', language),
    programVersion: '1.0.0',
    runtimeLevel: 'Organization',
    params: [
      { name: 'source', label: 'Source', type: 'String', required: true },
      { name: 'tc_owner', label: 'Owner', type: 'String' },
    ],
  }
  add('install.json', JSON.stringify(installJson))
  add('postern.json', JSON.stringify({ kind: 'feed', deletes: true, addressParameters: ['source'] }))
  for (const [name, content] of Object.entries(languageApp('feed', language))) add(name, content)
  zip.end()
  return await buffer(zip.outputStream)
}
