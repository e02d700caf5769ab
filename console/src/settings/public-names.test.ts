import { expect, test } from 'vitest'
import { changedNames } from './public-names.ts'

const inForce = { apiURL: 'https://hub.example.org', appMessageBrokerHost: 'hub.example.org:62000' }

test('ES-27: only what was changed is sent, without blanks and a last slash', () => {
  expect(changedNames(inForce, inForce)).toBe(undefined)
  expect(changedNames(inForce, { ...inForce, apiURL: ' https://hub.example.org/ ' })).toBe(undefined)
  expect(changedNames(inForce, { ...inForce, apiURL: 'https://other.example.org/' })).toEqual({
    apiURL: 'https://other.example.org',
  })
  expect(changedNames(inForce, { ...inForce, appMessageBrokerHost: 'other:62000 ' })).toEqual({
    appMessageBrokerHost: 'other:62000',
  })
})
