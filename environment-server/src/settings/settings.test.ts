import { expect, test } from 'vitest'
import { judgeSetting } from './judge-setting.ts'
import { readSettingValues } from './read-settings.ts'
import type { Setting } from './setting.ts'
import { settingsTable } from './settings-table.ts'

const bundle = {
  apiURL: 'https://hub.example.com:8443',
  brokerHost: 'hub.example.com',
  brokerPort: 62_000,
  serverName: 'Plant North',
  serverXid: '1000',
}

function named(name: string): Setting {
  const setting = settingsTable.find((each) => each.name === name)
  if (setting === undefined) throw new Error(name)
  return setting
}

test('ES-12: empty settings have their defaults, and values typed as text are read as what they are', () => {
  const read = readSettingValues({
    ...bundle,
    brokerPort: '62000',
    proxyTC: 'true',
    appsSessionDaystoKeep: '',
    caFolder: null,
  })
  expect(read).toEqual({
    values: {
      ...bundle,
      proxyTC: true,
      proxyExternal: false,
      appsSandboxUser: 'tc-job',
      appsSessionDaystoKeep: 30,
      relaySystemInfoPublishSeconds: 10,
      smtpPort: 587,
      smtpSecurity: 'starttls',
      allowInspectedTls: false,
    },
  })
})

test('ES-11: what a setting may be is judged by its kind', () => {
  const good: [string, unknown, unknown?][] = [
    ['apiURL', ' https://hub.example.com '.trim()],
    ['brokerHost', '2001:db8::1'],
    ['brokerHost', '192.0.2.1'],
    ['appsSandboxUser', 'tc-job'],
    ['queueTransport', 'websocket'],
    ['smtpTo', 'a@example.com,b@example.com', 'a@example.com, b@example.com'],
  ]
  for (const [name, given, value = given] of good) expect(judgeSetting(named(name), given)).toEqual({ value })
  const bad: [string, unknown][] = [
    ['apiURL', 'http://hub.example.com'],
    ['apiURL', 'https://user:secret@hub.example.com'],
    ['brokerHost', 'hub.example.com:62000'],
    ['brokerHost', 'hub example'],
    ['brokerPort', 0],
    ['brokerPort', 65_536],
    ['brokerPort', 1.5],
    ['proxyTC', 'yes'],
    ['queueTransport', 'tcp'],
    ['appsPythonHome', 'python3'],
    ['appsSandboxUser', 'root; reboot'],
    ['smtpFrom', 'a@example.com, b@example.com'],
    ['serverXid', '12a'],
    ['serverName', 'two\nlines'],
    ['serverName', {}],
  ]
  for (const [name, given] of bad)
    expect(judgeSetting(named(name), given)).toEqual({ problem: expect.stringContaining(`${name} must be `) })
})

test('ES-11: whatever is wrong with a secret, it is not repeated in what is said of it', () => {
  for (const given of ['pa55word\nof two lines', 'pa55word'.repeat(200), { is: 'pa55word' }, ['pa55word']]) {
    const judged = judgeSetting(named('proxyPassword'), given)
    expect(judged).toEqual({ problem: expect.stringContaining('proxyPassword must be ') })
    expect(JSON.stringify(judged)).not.toContain('pa55')
  }
})

test('ES-11: a password in an address is refused by a true sentence that does not repeat it', () => {
  for (const [name, given] of [
    ['apiURL', 'https://user:pa55@hub.example.com/'],
    ['apiURL', 'user:pa55@hub.example.com'],
    ['proxyHost', 'http://user:pa55@proxy.example.com:3128'],
    ['proxyHost', 'user:pa55@proxy.example.com'],
    ['caFolder', 'https://user:pa/55@hub.example.com/'],
    ['brokerPort', ['https://user:pa55@hub.example.com/']],
  ] as const) {
    const judged = judgeSetting(named(name), given)
    expect(judged).toEqual({ problem: expect.stringMatching(`^${name} must be .*not repeated here`) })
    expect(JSON.stringify(judged)).not.toMatch(/pa\/?55/)
  }
  const judged = judgeSetting(named('apiURL'), 'https://user:pa55@hub.example.com/')
  expect(judged).toEqual({ problem: expect.stringContaining('without a user name or password in it') })
})

test('D31: a secret that stands in settings.json in the clear ends the start', () => {
  const read = readSettingValues({ ...bundle, proxyPassword: 'clear' })
  expect(read).toEqual({ problems: [expect.stringContaining('configure.sh --set proxyPassword')] })
  expect(JSON.stringify(read)).not.toContain('clear"')
})

test('ES-11: numbers are those of the menu, without a gap, and names are in order after the guide’s', () => {
  expect(settingsTable.map(({ number }) => number)).toEqual(settingsTable.map((_, index) => index + 1))
  const guide = settingsTable.slice(0, 22).map(({ name }) => name.toLowerCase())
  expect(guide).toEqual([...guide].sort())
})
