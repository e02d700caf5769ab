import { expect, test } from 'vitest'
import {
  groupTypeFacts,
  groupTypes,
  indicatorTypeFacts,
  indicatorTypes,
  parseGroupType,
  parseIndicatorType,
  readIndicatorTypeName,
} from '../index.ts'

test('LIB-1: there are twelve indicator types and seventeen group types, each with a branch of its own', () => {
  expect(indicatorTypes).toHaveLength(12)
  expect(groupTypes).toHaveLength(17)
  expect(new Set(indicatorTypes.map((type) => indicatorTypeFacts[type].apiBranch)).size).toBe(12)
  expect(new Set(groupTypes.map((type) => groupTypeFacts[type].apiBranch)).size).toBe(17)
})

test('LIB-1: types are read in any case, as TcEx apps send them, and only under their own name', () => {
  expect(parseIndicatorType('file')).toBe('File')
  expect(parseIndicatorType(' EMAILADDRESS ')).toBe('EmailAddress')
  expect(parseIndicatorType('registry key')).toBe('Registry Key')
  expect(parseIndicatorType('Email Address')).toBeUndefined()
  expect(parseIndicatorType('constructor')).toBeUndefined()
  expect(['email ADDRESS', 'Email subject', 'file', 'E-mail'].map(readIndicatorTypeName)).toEqual([
    'EmailAddress',
    'Email Subject',
    'File',
    undefined,
  ])
  expect(parseGroupType('course of action')).toBe('Course of Action')
  expect(parseGroupType('Adversaries')).toBeUndefined()
})
