import type { InstallParameter, ParameterValue } from '@postern/protocol'
import { describe, expect, test } from 'vitest'
import { checkParameters } from './parameters.ts'

const declared: InstallParameter[] = [
  { name: 'host', required: true, label: 'Host of the appliance' },
  { name: 'verify', type: 'boolean', default: true, required: true },
  { name: 'level', type: 'Choice', validValues: ['low', 'high'], required: true, default: 'low' },
  { name: 'severities', type: 'MultiChoice', validValues: ['1', '2', '3'] },
  { name: 'words', type: 'String', allowMultiple: true },
  { name: 'headers', type: 'KeyValueList' },
  { name: 'owner', type: 'Choice', validValues: ['${OWNERS}'] },
  { name: 'types', type: 'MultiChoice', validValues: ['${INDICATOR_TYPES}', 'Other'] },
  { name: 'label', type: 'EditChoice', validValues: ['a', 'b'] },
  { name: 'kind', type: 'Choice', validValues: ['${ATTRIBUTES:Host}'] },
  { name: 'password', encrypt: true, required: true },
  { name: 'last_run', hidden: true, required: true },
]

function check(given: Record<string, ParameterValue>, secretsSet: string[] = ['password']) {
  return checkParameters({
    declared,
    listDelimiter: '|',
    given: { host: 'aed.example.com', ...given },
    choices: { owners: ['CERT', 'Internal'], users: [] },
    secretsSet,
  })
}

describe('D23: parameters are checked against install.json', () => {
  test.each<[string, ParameterValue, ParameterValue]>([
    ['host', 8443, '8443'],
    ['verify', 'FALSE', false],
    ['verify', true, true],
    ['level', 'HIGH', 'high'],
    ['severities', '1|3', ['1', '3']],
    ['severities', ['2', '2'], ['2']],
    ['words', 'one|two words', ['one', 'two words']],
    ['headers', [{ key: 'X-A', value: '1' }], [{ key: 'X-A', value: '1' }]],
    ['owner', 'CERT', 'CERT'],
    ['types', ['Host', 'Other'], ['Host', 'Other']],
    ['label', 'neither a nor b', 'neither a nor b'],
    ['kind', 'whatever the platform knows', 'whatever the platform knows'],
    ['last_run', '30 days ago', '30 days ago'],
  ])('%s takes %j as %j', (name, given, stored) => {
    const checked = check({ [name]: given })
    expect(checked.problems).toEqual([])
    expect(checked.parameters[name]).toEqual(stored)
  })

  test.each<[string, ParameterValue, RegExp]>([
    ['host', '', /^parameters\.host is required: send Host of the appliance\.$/],
    ['host', ['a', 'b'], /^parameters\.host: send one text/],
    ['verify', 'maybe', /^parameters\.verify: send true or false/],
    ['level', 'middle', /^parameters\.level: "middle" is no choice; send one of low, high/],
    ['severities', ['4'], /^parameters\.severities: "4" is no choice; send one of 1, 2, 3/],
    ['headers', 'X-A: 1', /^parameters\.headers: send a list of at most 1000 \{"key"/],
    ['headers', ['X-A: 1'], /^parameters\.headers: send a list of \{"key"/],
    ['owner', 'Nobody', /^parameters\.owner: "Nobody" is no choice; send one of CERT, Internal/],
    ['types', ['Hostname'], /^parameters\.types: "Hostname" is no choice/],
    ['words', 'a\0b', /NUL/],
    ['Host', 'x', /^parameters\.Host is unknown: write it host\./],
    ['hots', 'x', /^parameters\.hots is unknown: the app has host, verify/],
    ['password', ['a'], /^parameters\.password is a secret: send it as one text/],
  ])('%s refuses %j and says what to send', (name, given, sentence) => {
    const { problems } = check({ [name]: given })
    expect(problems).toHaveLength(1)
    expect(problems[0]).toMatch(sentence)
  })

  test('D9: a secret is set by text, kept by null, and taken away by an empty text where it is not required', () => {
    expect(check({ password: 'n3w' })).toMatchObject({ secrets: { password: 'n3w' }, problems: [] })
    expect(check({ password: 'n3w' }).parameters).not.toHaveProperty('password')
    expect(check({ password: null })).toMatchObject({ secrets: {}, problems: [] })
    expect(check({})).toMatchObject({ secrets: {}, problems: [] })
    expect(check({ password: '' }).problems[0]).toMatch(/password is required/)
    expect(check({}, []).problems[0]).toMatch(/password is required/)
  })
})
