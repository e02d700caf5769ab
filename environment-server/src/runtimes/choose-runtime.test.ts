import { execFileSync } from 'node:child_process'
import { chmodSync, mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { chooseRuntime } from './choose-runtime.ts'
import { findRuntimes, type Runtimes } from './runtimes.ts'

const folder = mkdtempSync('/tmp/postern-runtimes-')
afterAll(() => rmSync(folder, { recursive: true }))
const places = { as: [], hidden: '/opt/postern-envsvr/.postern-envsvr' }

/** A program that answers like an interpreter of that version would. */
function answering(name: string, answer: string): string {
  const path = join(folder, name)
  writeFileSync(path, `#!/bin/sh\ncat <<'ANSWER'\n${answer}\nANSWER\n`)
  chmodSync(path, 0o755)
  return path
}
const pythonOf = (version: string) =>
  answering(`python${version}`, JSON.stringify([version, folder, folder, folder, folder]))

const older = { setting: 'appsPythonHome', program: '/old/bin/python3', version: '3.6.15', folders: ['/old'] }
const newer = { setting: 'appsPythonHome311', program: '/new/bin/python3', version: '3.11.2', folders: ['/new'] }

function ran(languageVersion: string | undefined, runtimes: Runtimes, programMain = 'run.py'): string {
  const app = { programName: 'an_app_v1', programLanguage: 'PYTHON' as const, programMain, languageVersion }
  const chosen = chooseRuntime(app, folder, runtimes)
  return 'missing' in chosen ? chosen.missing : [chosen.program, ...chosen.arguments].join(' ')
}

test('ES-6: 3.11 and newer, or no version, is run by appsPythonHome311, and anything older by appsPythonHome', () => {
  const both = { python311: newer, pythonOlder: older }
  for (const version of ['3.11', '3.12.1', '3', '4.0', undefined, '', 'any'])
    expect(ran(version, both), version).toBe('/new/bin/python3 run.py')
  for (const version of ['3.6', '3.10.9', '2.7', '2'])
    expect(ran(version, both), version).toBe('/old/bin/python3 run.py')
})

test('ES-6: without any interpreter an app is refused with the setting to fill', () => {
  expect(ran('3.12', {})).toBe(
    'The app an_app_v1 needs Python 3.12: set appsPythonHome311 on the environment server (configure.sh).',
  )
  expect(ran('3.6', {})).toContain('set appsPythonHome on')
  const app = {
    programName: 'an_app_v1',
    programLanguage: 'JAVA' as const,
    programMain: 'Main',
    languageVersion: undefined,
  }
  expect(chooseRuntime(app, folder, {})).toMatchObject({ missing: expect.stringContaining('set appsJavaHome') })
})

test('ES-6: apps of every generation of TcEx are started, and none by a file outside its folder', () => {
  const both = { python311: newer }
  expect(ran(undefined, both, 'run.py')).toBe('/new/bin/python3 run.py')
  expect(ran(undefined, both, 'run')).toBe('/new/bin/python3 run.py')
  writeFileSync(join(folder, '__main__.py'), '')
  expect(ran(undefined, both, 'run')).toBe('/new/bin/python3 . run')
  for (const programMain of ['../run.py', '/bin/sh', '-c'])
    expect(ran(undefined, both, programMain)).toContain('names a main file outside its folder')
})

test('ES-6: Java is taken from JAVA_HOME where appsJavaHome is empty, and by its home or its binary', async () => {
  const java = realpathSync(execFileSync('sh', ['-c', 'command -v java'], { encoding: 'utf8' }).trim())
  const home = dirname(dirname(java))
  const [byVariable, bySetting] = await Promise.all([
    findRuntimes({}, home, places),
    findRuntimes({ appsJavaHome: java }, '/nowhere', places),
  ])
  expect(byVariable.java).toMatchObject({ setting: 'JAVA_HOME', version: expect.stringMatching(/^\d+/) })
  expect(bySetting.java).toMatchObject({ setting: 'appsJavaHome', program: java })
})

test('ES-6: a setting that names nothing, nonsense, or too old a version is said so, with what to do', async () => {
  const problemOf = async (settings: Parameters<typeof findRuntimes>[0]) => {
    const { python311, pythonOlder, java } = await findRuntimes(settings, undefined, places)
    const found = python311 ?? pythonOlder ?? java
    return found && 'problem' in found ? found.problem : 'none'
  }
  mkdirSync(join(folder, 'empty'))
  expect(await problemOf({ appsPythonHome311: '/nowhere' })).toMatch(/is \/nowhere, where there is no Python/)
  expect(await problemOf({ appsJavaHome: join(folder, 'empty') })).toMatch(/where there is no Java/)
  expect(await problemOf({ appsPythonHome: '/bin/false' })).toMatch(/which cannot be run/)
  const killed = join(folder, 'killed')
  writeFileSync(killed, '#!/bin/sh\nkill -KILL $$\n', { mode: 0o755 })
  expect(await problemOf({ appsPythonHome: killed })).toMatch(/which cannot be run: it was ended by SIGKILL before/)
  expect(await problemOf({ appsJavaHome: '/bin/true' })).toMatch(/says nothing of its version/)
  expect(await problemOf({ appsPythonHome311: pythonOf('3.6.8') })).toMatch(
    /is Python 3\.6\.8; 3\.11 or newer is needed\. Name it in appsPythonHome instead/,
  )
  expect(await problemOf({ appsPythonHome: pythonOf('3.6.8') })).toBe('none')
  const old = answering('java8', `    java.home = ${folder}\n    java.version = 1.8.0_412`)
  expect(await problemOf({ appsJavaHome: old })).toMatch(/is Java 1\.8\.0_412; 11 or newer is needed/)
})

test('S2: an interpreter that lies around the environment server is refused, since apps would see that through it', async () => {
  const { python311 } = await findRuntimes({ appsPythonHome311: pythonOf('3.11.9') }, undefined, {
    as: [],
    hidden: join(folder, 'postern-envsvr'),
  })
  expect(python311).toMatchObject({ problem: expect.stringContaining('holds the environment server too') })
})
