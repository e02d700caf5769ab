import { makeHome } from '@postern/dev/environment-server'
import { readFileSync, rmSync } from 'node:fs'
import { expect, test } from 'vitest'
import { largestApp, leastDiskMebibytes, leastMemoryMebibytes } from './least.ts'
import { machineFindings, thisMachine } from './machine.ts'
import { measured } from './measured.ts'
import { judgeOnMachine, settingFindings } from './settings-on-machine.ts'

const enough = { cores: 4, memoryMebibytes: 4096, diskMebibytes: 20_000, firewalls: [], selinux: 'none' as const }

function statesOf(machine: object): Record<string, string> {
  return Object.fromEntries(machineFindings('/', { ...enough, ...machine }).map(({ name, state }) => [name, state]))
}

test('ES-28: cores, memory, disk, local firewall and SELinux of a machine are judged, with what to do', () => {
  expect(new Set(Object.values(statesOf({})))).toEqual(new Set(['good']))
  expect(statesOf({ cores: 2, memoryMebibytes: 1024, diskMebibytes: 2048 })).toMatchObject({
    cores: 'advice',
    memory: 'advice',
    disk: 'advice',
  })
  expect(statesOf({ memoryMebibytes: 400, diskMebibytes: 900 })).toMatchObject({ memory: 'missing', disk: 'missing' })
  // Sold as 4 GB, of which the firmware keeps some.
  expect(statesOf({ memoryMebibytes: 3900 })).toMatchObject({ memory: 'good' })
  const found = machineFindings('/', { ...enough, firewalls: ['firewalld'], selinux: 'enforcing' })
  expect(found.find(({ name }) => name === 'local firewall')?.sentence).toMatch(
    /firewalld is active.*apiURL.*brokerHost:brokerPort/,
  )
  expect(found.find(({ name }) => name === 'SELinux')?.sentence).toContain('ausearch')
})

test('ES-28: what is needed is what was measured with each kind of app, and the README of the bundle says the same', () => {
  const kinds = measured.apps.map(({ kind }) => kind.split(' ')[0])
  expect(kinds).toEqual(['Node', 'Python', 'Java', 'MISP'])
  for (const { server, app, leastLimit } of measured.apps) {
    // Above what it takes no app needs its limit; below that a limit that is enough was not measured.
    expect(app).toBeLessThanOrEqual(512)
    expect(leastLimit).toBeLessThanOrEqual(512)
    expect(server + app).toBeLessThan(leastMemoryMebibytes)
  }
  expect(measured.server.unlocking).toBeLessThan(leastMemoryMebibytes)
  const readme = readFileSync(new URL('../../bundle/README.txt', import.meta.url), 'utf8').replaceAll(/\s+/g, ' ')
  expect(readme).toContain(
    `Less than 1 core, ${leastMemoryMebibytes} MB and ${leastDiskMebibytes} MB is refused by the check`,
  )
  expect(readme).toContain(`with a ${largestApp.kind} server and app took ${largestApp.server + largestApp.app} MB`)
  const short = machineFindings('/', { ...enough, memoryMebibytes: leastMemoryMebibytes - 1 })
  expect(short.find(({ name }) => name === 'memory')).toMatchObject({
    state: 'missing',
    sentence: expect.stringContaining(`With a ${largestApp.kind} the server and the app took`),
  })
})

test('ES-28: what this machine has is found out', () => {
  const machine = thisMachine('/')
  for (const amount of [machine.cores, machine.memoryMebibytes, machine.diskMebibytes])
    expect(amount).toBeGreaterThan(0)
})

test('ES-28: each interpreter is asked, as far as it is set; one that is none, or lacks libraries, is named', async () => {
  const home = makeHome()
  try {
    const asked = { appsSandboxUser: 'nobody-there', appsPythonHome311: '/usr', appsJavaHome: '/nowhere/java' }
    const findings = await settingFindings(asked, { hidden: home })
    const of = (name: string) => findings.find((finding) => finding.name === name)
    expect(of('sandbox user')).toMatchObject({ state: 'advice', sentence: expect.stringContaining('setup-sandbox.sh') })
    expect(of('Python 3.11')).toMatchObject({
      state: 'good',
      sentence: expect.stringMatching(/^3\.\d+\.\d+ \(\/usr\/bin\/python3, appsPythonHome311\)\.$/),
    })
    expect(of('Python')).toMatchObject({
      state: 'advice',
      sentence: expect.stringContaining('appsPythonHome is empty'),
    })
    expect(of('Java')).toMatchObject({
      state: 'missing',
      sentence: expect.stringContaining('appsJavaHome is /nowhere/java'),
    })
  } finally {
    rmSync(home, { recursive: true })
  }
})

test('ES-12: what --check calls missing is refused when it is set, what it advises on is a warning, and emptying is never refused', async () => {
  const home = makeHome()
  const place = { hidden: home, javaHome: '/nowhere/java' }
  try {
    const refused = {
      appsNumberofJobExecutors: 1_000_000,
      appsSandboxUser: 'root',
      appsPythonHome311: '/bin/false',
      appsPythonHome: home,
      appsJavaHome: '/nowhere/java',
      caFolder: home,
    }
    const found = await settingFindings(refused, place)
    const missing = found.filter(({ state }) => state === 'missing')
    expect(missing.map(({ name }) => name)).toEqual('executors,sandbox user,Python 3.11,Python,Java,own CAs'.split(','))
    const { problems, warnings } = await judgeOnMachine(new Map(Object.entries(refused)), refused, place)
    expect(problems).toEqual(missing.map(({ sentence }) => sentence))
    expect(warnings).toEqual([])
    for (const [at, cure] of [
      'give a number up to',
      'Run setup-sandbox.sh',
      'cannot be run',
      'there is no Python',
      'there is no Java',
      'as PEM files',
    ].entries())
      expect(problems[at]).toContain(cure)
    const emptied = await judgeOnMachine(new Map(Object.keys(refused).map((name) => [name, null])), {}, place)
    expect(emptied.problems).toEqual([])

    const written = { appsSandboxUser: 'nobody-there', proxyHost: 'proxy.example.com', serverName: 'North' }
    const told = await judgeOnMachine(new Map(Object.entries(written)), written, place)
    expect(told.problems).toEqual([])
    expect(told.warnings).toEqual([
      expect.stringContaining('there is no user nobody-there yet'),
      expect.stringContaining('proxyHost is set and proxyPort is not'),
    ])
  } finally {
    rmSync(home, { recursive: true })
  }
})
