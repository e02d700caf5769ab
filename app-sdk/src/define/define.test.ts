import { expect, expectTypeOf, test } from 'vitest'
import { InstallJson, PosternJson } from '@postern/protocol'
import type { Secret } from '../launch/secret.ts'
import { defineAction, defineExport, defineFeed } from './app.ts'
import { allParameters, manifestOf } from './manifest.ts'
import { parameter } from './parameter-builders.ts'
import { ParameterProblem, readParameters } from './read-parameters.ts'

const declared = {
  host: parameter.address({ label: 'Host', required: true }),
  token: parameter.secret({ label: 'Token' }),
  mode: parameter.choice({ label: 'Mode', values: ['fast', 'slow'], default: 'fast' }),
  kinds: parameter.multiChoice({ label: 'Kinds', values: ['Host', 'URL'], default: ['Host'] }),
  days: parameter.integer({ label: 'Days', minimum: 1, maximum: 30, default: 7 }),
  verbose: parameter.boolean({ label: 'Verbose' }),
  words: parameter.list({ label: 'Words' }),
  note: parameter.string({ label: 'Note', check: (value) => (value.includes('!') ? 'must not shout' : undefined) }),
}

test('D23: a builder yields the type of its value', () => {
  const values = readParameters(declared, { host: 'feed.example.com' })
  expectTypeOf(values.host).toEqualTypeOf<string>()
  expectTypeOf(values.token).toEqualTypeOf<Secret | undefined>()
  expectTypeOf(values.mode).toEqualTypeOf<'fast' | 'slow'>()
  expectTypeOf(values.kinds).toEqualTypeOf<readonly ('Host' | 'URL')[]>()
  expectTypeOf(values.days).toEqualTypeOf<number>()
  expectTypeOf(values.verbose).toEqualTypeOf<boolean>()
  expectTypeOf(values.words).toEqualTypeOf<readonly string[]>()
  expectTypeOf(values.note).toEqualTypeOf<string | undefined>()
  expect(values).toEqual({
    host: 'feed.example.com',
    token: undefined,
    mode: 'fast',
    kinds: ['Host'],
    days: 7,
    verbose: false,
    words: [],
    note: undefined,
  })
})

test('D23: values are read as platforms write them: text for numbers and flags, joined lists', () => {
  const values = readParameters(declared, {
    host: 'https://feed.example.com:8443/x',
    days: '30',
    verbose: 'true',
    kinds: 'URL|Host',
    words: 'a, b,,c ',
    mode: 'SLOW',
    token: 's3cret',
  })
  expect(values).toMatchObject({
    days: 30,
    verbose: true,
    kinds: ['URL', 'Host'],
    words: ['a', 'b', 'c'],
    mode: 'slow',
  })
  expect(values.token?.reveal()).toBe('s3cret')
  expect(`${String(values.token)} ${JSON.stringify(values.token)}`).toBe('[secret] "[secret]"')
})

test('D23: every wrong parameter is named at once, and no value is shown', () => {
  const read = () =>
    readParameters(declared, {
      host: 'http://user:pass@x',
      days: 'many',
      mode: 'hidden-value',
      kinds: ['Nothing'],
      note: 'loud!',
    })
  expect(read).toThrow(ParameterProblem)
  expect(read).toThrow(
    'parameter host (Host) must be reached by https; nothing is sent in the clear; parameter mode (Mode) must be one of fast, slow; parameter kinds (Kinds) must be one of Host, URL; parameter days (Days) must be a whole number; parameter note (Note) must not shout',
  )
})

test('D23: an address is a host, host:port or https URL without credentials', () => {
  const { read } = parameter.address({ label: 'Host' })
  for (const good of [
    'aed.example.com',
    'aed.example.com:8443',
    '192.0.2.1',
    '[2001:db8::1]:443',
    'https://aed.example.com/x',
  ])
    expect(read(good)).toBe(good)
  for (const bad of [
    'http://aed.example.com',
    'https://user:pass@aed.example.com',
    'file:///etc/passwd',
    'two words',
    '/etc',
  ])
    expect(() => read(bad)).toThrow('must')
})

test('S19: a fingerprint is read with and without colons', () => {
  const { read } = parameter.fingerprint({ label: 'Pin' })
  const hex = 'ab'.repeat(32)
  expect(read(hex.toUpperCase().match(/../g)?.join(':'))).toBe(hex)
  expect(() => read('ab:cd')).toThrow('64 hexadecimal digits')
})

const feed = defineFeed({
  name: 'sample-feed',
  displayName: 'Sample feed',
  version: '2.1.0',
  note: 'A sample.',
  parameters: declared,
  state: ['cursor'],
  deletes: false,
  egress: ['*.example.com'],
  collect: () => Promise.resolve({ message: '' }),
})

test('D23: install.json and postern.json are made of the definition and read by the protocol', () => {
  const { installJson, posternJson, programName } = manifestOf(feed)
  expect(programName).toBe('sample_feed_v2')
  expect(InstallJson.parse(installJson)).toEqual(installJson)
  expect(PosternJson.parse(posternJson)).toEqual({
    kind: 'feed',
    repeatable: true,
    deletes: false,
    egress: ['*.example.com'],
    addressParameters: ['host'],
    collectionParameters: [],
  })
  expect(installJson.params.map(({ name }) => name)).toEqual([
    'tc_owner',
    ...Object.keys(declared),
    'tc_log_level',
    'cursor',
  ])
  expect(installJson.params.find(({ name }) => name === 'token')).toEqual({
    name: 'token',
    sequence: 3,
    label: 'Token',
    type: 'String',
    required: false,
    encrypt: true,
  })
  expect(installJson.params.find(({ name }) => name === 'cursor')).toMatchObject({ hidden: true })
})

test('FD-5: every feed has tc_owner, and every app tc_log_level as a choice', () => {
  const action = defineAction({
    name: 'sample',
    displayName: 'Sample',
    version: '1.0.0',
    note: '',
    parameters: {},
    run: () => Promise.resolve({ message: '' }),
  })
  expect(Object.keys(allParameters(action))).toEqual(['tc_log_level'])
  const { installJson, posternJson } = manifestOf(action)
  expect(installJson.params[0]).toMatchObject({
    type: 'Choice',
    default: 'info',
    validValues: ['trace', 'debug', 'info', 'warning', 'error'],
  })
  expect(posternJson.repeatable).toBe(false)
})

test('a definition that cannot be packaged names everything that is wrong', () => {
  const wrong = defineExport({
    name: 'Sample Export',
    displayName: 'x',
    version: '1',
    note: '',
    parameters: { tc_mine: parameter.string({ label: 'Mine' }) },
    collection: 'tc_mine',
    open: () => Promise.reject(new Error('not opened')),
  })
  expect(() => manifestOf(wrong)).toThrow(
    "app Sample Export: the name must be lower-case words joined by hyphens; version 1 must be three numbers, such as 1.0.0; displayName must have 3 to 100 characters; parameter tc_mine begins like one of the platform's own; tc_mine must be declared with parameter.collection",
  )
})
