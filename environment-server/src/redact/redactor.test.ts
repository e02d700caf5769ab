import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { redactorOf } from './redactor.ts'
import { secretsOf } from './secrets-of.ts'

const secret = 'p@ss/w+rd "42" ü'
const redact = redactorOf([secret, 'plainsecret'])

test.each([
  ['as it is', secret],
  ['escaped as JSON', JSON.stringify({ password: secret }).slice(13, -2)],
  ['in a query', encodeURIComponent(secret)],
  ['in a form', new URLSearchParams({ x: secret }).toString().slice(2)],
  [
    'in a URL with small hexadecimal digits',
    encodeURIComponent(secret).replace(/%../g, (escape) => escape.toLowerCase()),
  ],
  ['in hexadecimal', Buffer.from(secret).toString('hex')],
  ['in base64', Buffer.from(secret).toString('base64')],
])('a secret is replaced %s', (_how, form) => {
  expect(redact(`before ${form} after`)).toMatch(/^before \[secret\].{0,3} after$/)
})

test('a secret behind a user name in a Basic header is replaced at every alignment', () => {
  for (const user of ['a', 'ab', 'abc', 'abcd']) {
    const line = `authorization: Basic ${Buffer.from(`${user}:plainsecret`).toString('base64')}`
    expect(redact(line)).toContain('[secret]')
    const rest = redact(line).replace('authorization: Basic ', '').replace('[secret]', '')
    // What is left decodes to the user name and at most a character that shares bits with the secret.
    expect(Buffer.from(rest, 'base64').toString('latin1')).not.toContain('plain')
  }
})

test('the longer of two secrets that begin alike is replaced whole', () => {
  expect(redactorOf(['token', 'tokenandmore'])('tokenandmore token')).toBe('[secret] [secret]')
})

test('each line of a secret of several lines is replaced', () => {
  const key = '-----BEGIN KEY-----\nMIIBVgIBADANBg\nkqhkiG9w0BAQEF\n-----END KEY-----'
  const redactKey = redactorOf([key])
  expect(redactKey('x MIIBVgIBADANBg y')).toBe('x [secret] y')
  expect(redactKey('x kqhkiG9w0BAQEF y')).toBe('x [secret] y')
})

test('very short values are left alone: they would blank out ordinary text', () => {
  expect(redactorOf(['abc', ''])('abcabc')).toBe('abcabc')
})

test('no secret survives, whatever it is made of and wherever it stands', () => {
  fc.assert(
    fc.property(fc.string({ minLength: 4, unit: 'binary' }), fc.string(), fc.string(), (value, before, after) => {
      expect(redactorOf([value])(before + value + after)).toContain('[secret]')
    }),
  )
})

test('secrets are the token and the values of the parameters that the command marks', () => {
  const sealed = {
    parameters: {
      password: 'hunter22',
      host: 'example.com',
      keys: ['first-key', 'second-key'],
      pairs: [{ key: 'k', value: 'pair-value' }],
    },
    token: 'the-token',
    tokenExpires: 1,
  }
  expect(secretsOf({ ...sealed, secretNames: ['keys', 'pairs'] })).toEqual([
    'the-token',
    'first-key',
    'second-key',
    'pair-value',
  ])
  // An older hub marks none: names that look secret must do.
  expect(secretsOf(sealed)).toEqual(['the-token', 'hunter22'])
})
