import { makeHome } from '@postern/dev/environment-server'
import { rmSync } from 'node:fs'
import { expect, test } from 'vitest'
import { interpreterFindings } from './interpreters.ts'
import { machineFindings, thisMachine } from './machine.ts'

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

test('ES-28: what this machine has is found out', () => {
  const machine = thisMachine('/')
  for (const amount of [machine.cores, machine.memoryMebibytes, machine.diskMebibytes])
    expect(amount).toBeGreaterThan(0)
})

test('ES-28: each interpreter is asked, as far as it is set; one that is none, or lacks libraries, is named', async () => {
  const home = makeHome()
  try {
    const asked = { appsSandboxUser: 'nobody-there', appsPythonHome311: '/usr', appsJavaHome: '/nowhere/java' }
    const findings = await interpreterFindings(asked, home)
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
