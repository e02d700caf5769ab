import { hostCharactersMax, hostPattern, mailAddressPattern, Name } from '@postern/protocol'
import * as z from 'zod/mini'
import type { Setting, SettingKind, SettingValue } from './setting.ts'

export type Judged = { value: SettingValue } | { problem: string }

const pathCharactersMax = 1024
const urlCharactersMax = 2048

/** A value as a person typed it, or as it stands in a file, judged by one set of rules (D31). Problems are whole sentences. */
export function judgeSetting({ name, kind, secret }: Setting, given: unknown): Judged {
  const text = textOf(given)
  const value = text === undefined ? undefined : valueOf(kind, text)
  if (value !== undefined) return { value }
  const shown = JSON.stringify(given)?.slice(0, 80) ?? 'nothing'
  // A secret is not repeated, wherever the sentence goes.
  if (secret) return { problem: `${name} must be ${wordsFor(kind)}, and what was given is not.` }
  if (!mayHoldCredentials(kind, given)) return { problem: `${name} must be ${wordsFor(kind)}, and ${shown} is not.` }
  return {
    problem: `${name} must be ${wordsFor(kind)}, and what was given is not. It is not repeated here: there may be a password before its @.`,
  }
}

/** Whether it may be an address with a password in it, as `https://user:password@host`, also where the address is not well formed. */
function mayHoldCredentials(kind: SettingKind, given: unknown): boolean {
  const text = JSON.stringify(given) ?? ''
  return kind.is === 'host' || kind.is === 'https-url' ? text.includes('@') : /:\/\/.*@/.test(text)
}

/** What a setting takes, to go on from "must be". */
export function wordsFor(kind: SettingKind): string {
  switch (kind.is) {
    case 'text':
      return `a text of at most ${kind.charactersMax} characters in one line`
    case 'whole-number':
      return `a whole number from ${kind.smallest} to ${kind.largest}`
    case 'switch':
      return 'true or false'
    case 'choice':
      return kind.of.length === 1 ? `empty or ${kind.of[0]}` : `one of ${kind.of.join(', ')}`
    case 'host':
      return 'a host name or an IP address, without a port'
    case 'https-url':
      return 'an address that begins with https://, without a user name or password in it'
    case 'path':
      return 'a path that begins with /'
    case 'user':
      return 'the name of a local user'
    case 'mail-addresses':
      return kind.most === 1 ? 'a mail address' : `at most ${kind.most} mail addresses, separated by commas`
    case 'name':
      return 'a name of at most 64 letters, digits, spaces, _ and -, that begins with a letter or digit'
    case 'server-xid':
      return 'a number of at most 18 digits'
  }
}

function textOf(given: unknown): string | undefined {
  if (typeof given === 'number' || typeof given === 'boolean') return String(given)
  if (typeof given !== 'string') return undefined
  const text = given.trim()
  // eslint-disable-next-line no-control-regex -- a value of several lines could forge a line of a `.env` or of a log.
  return text === '' || /[\u0000-\u001f\u007f-\u009f\u2028\u2029]/.test(text) ? undefined : text
}

function valueOf(kind: SettingKind, text: string): SettingValue | undefined {
  switch (kind.is) {
    case 'text':
      return text.length <= kind.charactersMax ? text : undefined
    case 'whole-number':
      return /^[0-9]{1,9}$/.test(text) && Number(text) >= kind.smallest && Number(text) <= kind.largest
        ? Number(text)
        : undefined
    case 'switch':
      return text === 'true' ? true : text === 'false' ? false : undefined
    case 'choice':
      return kind.of.includes(text) ? text : undefined
    case 'host':
      return text.length <= hostCharactersMax && hostPattern.test(text) ? text : undefined
    case 'https-url':
      return isHttpsUrl(text) ? text : undefined
    case 'path':
      return text.startsWith('/') && text.length <= pathCharactersMax ? text : undefined
    case 'user':
      return /^[a-z_][a-z0-9_-]{0,30}\$?$/.test(text) ? text : undefined
    case 'mail-addresses':
      return mailAddresses(text, kind.most)
    case 'name':
      return z.safeParse(Name, text).success ? text : undefined
    case 'server-xid':
      return /^[0-9]{1,18}$/.test(text) ? text : undefined
  }
}

function isHttpsUrl(text: string): boolean {
  if (text.length > urlCharactersMax || !URL.canParse(text)) return false
  const { protocol, username, password } = new URL(text)
  return protocol === 'https:' && username === '' && password === ''
}

function mailAddresses(text: string, most: number): string | undefined {
  const addresses = text.split(',').map((address) => address.trim())
  return addresses.length <= most && addresses.every((address) => mailAddressPattern.test(address))
    ? addresses.join(', ')
    : undefined
}
