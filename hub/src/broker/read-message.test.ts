import { readFileSync } from 'node:fs'
import { limits, topics } from '@postern/protocol'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { readMessage } from './read-message.ts'

const xid = '1001'
const example = (name: string) =>
  JSON.parse(readFileSync(new URL(`../../../protocol/examples/${name}.json`, import.meta.url), 'utf8')) as object
const messages = [
  { topic: topics.heartbeat(xid), message: example('Heartbeat') },
  { topic: topics.executionEvents(xid), message: example('ExecutionEvent') },
  { topic: topics.connectionLost(xid), message: example('ConnectionLost') },
]
const anyMessage = fc.constantFrom(...messages)

test('S8: any bytes on any topic are a message or are refused with a reason, and nothing else', () => {
  const topic = fc.oneof(
    fc.constantFrom(...messages.map((each) => each.topic), topics.commands(xid), 'servers/x/heartbeat', '', '#'),
    fc.string(),
  )
  const payload = fc.oneof(
    fc.uint8Array({ maxLength: 300 }).map((each) => Buffer.from(each)),
    fc.json().map((each) => Buffer.from(each)),
    fc.constantFrom(Buffer.from('['.repeat(200_000)), Buffer.from(`{"a":${'['.repeat(50_000)}${']'.repeat(50_000)}}`)),
  )
  fc.assert(
    fc.property(topic, payload, (topic, payload) => {
      const read = readMessage(topic, payload)
      if (read.kind === 'refused') expect(read.reason.length).toBeLessThan(600)
      else expect(read.serverXid).toBe(xid)
    }),
  )
})

test('S8: a good message with one thing wrong is refused or means what it says; it never throws and never speaks for another server', () => {
  const value = fc.oneof(
    fc.jsonValue({ maxDepth: 2 }),
    fc.constantFrom(null, -1, 1e308, '', '\0', '\ud800', '0000-01-01T00:00:00Z', '__proto__'),
  )
  fc.assert(
    fc.property(anyMessage, fc.double({ min: 0, max: 0.999, noNaN: true }), value, ({ topic, message }, at, value) => {
      const keys = [...Object.keys(message), 'unknown', '__proto__']
      const key = keys[Math.floor(at * keys.length)] ?? ''
      const changed = JSON.stringify({ ...message }).replace(/\}$/, `,${JSON.stringify(key)}:${JSON.stringify(value)}}`)
      const read = readMessage(topic, Buffer.from(changed))
      if (read.kind === 'refused') return
      expect(read.serverXid).toBe(xid)
      expect(Object.getPrototypeOf(read.message)).toBe(Object.prototype)
      expect(read.message).not.toHaveProperty('unknown')
    }),
  )
})

test('S8: a good message that lost or changed bytes never throws', () => {
  const place = fc.double({ min: 0, max: 1, noNaN: true })
  fc.assert(
    fc.property(anyMessage, place, fc.nat({ max: 255 }), fc.boolean(), ({ topic, message }, at, byte, isCut) => {
      const bytes = Buffer.from(JSON.stringify(message))
      const index = Math.floor(at * (bytes.length - 1))
      const changed = isCut ? bytes.subarray(0, index) : Buffer.from(bytes)
      if (!isCut) changed[index] = byte
      expect(['message', 'refused']).toContain(readMessage(topic, changed).kind)
    }),
  )
})

test('S8: a message on the topic of another kind is refused, and so is one that is too large', () => {
  for (const { topic, message } of messages) {
    expect(readMessage(topic, Buffer.from(JSON.stringify(message))).kind).toBe('message')
    for (const other of messages.filter((each) => each.topic !== topic)) {
      expect(readMessage(other.topic, Buffer.from(JSON.stringify(message))).kind).toBe('refused')
    }
    const large = Buffer.from(JSON.stringify({ ...message, more: 'x'.repeat(limits.messageBytesMax) }))
    expect(readMessage(topic, large)).toEqual({ kind: 'refused', reason: 'it is too large' })
  }
})
