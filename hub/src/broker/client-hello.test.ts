import { connect, createServer, type AddressInfo, type Socket } from 'node:net'
import fc from 'fast-check'
import { expect, onTestFinished, test } from 'vitest'
import { openingOf, peekOpening } from './client-hello.ts'
import { helloOf } from './test-client-hello.ts'

test('D41: a client that offers MQTT by ALPN is told from one that offers nothing or something else', async () => {
  expect(openingOf(await helloOf(['mqtt']))).toBe('TLS for MQTT')
  expect(openingOf(await helloOf(['http/1.1', 'mqtt']))).toBe('TLS for MQTT')
  expect(openingOf(await helloOf(['h2', 'http/1.1']))).toBe('TLS')
  expect(openingOf(await helloOf(undefined))).toBe('TLS')
  expect(openingOf(Buffer.from('GET / HTTP/1.1'))).toBe('not TLS')
})

test('S8: whatever bytes come first are told or waited for; a message that is cut off is waited for, and none is read beyond its end', async () => {
  const hello = await helloOf(['mqtt'])
  for (let length = 0; length < hello.length; length += 1)
    expect([length, openingOf(hello.subarray(0, length))]).toEqual([length, undefined])
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 600 }), fc.nat(599), fc.nat(255), (random, at, byte) => {
      openingOf(Buffer.concat([Buffer.from([0x16, 3, 1, 0, 80]), Buffer.from(random)]))
      const changed = Buffer.from(hello)
      changed[at % changed.length] = byte
      openingOf(changed)
    }),
  )
})

test('the message is looked at however it is cut, and is put back whole', async () => {
  const hello = await helloOf(['mqtt'])
  const seen = Promise.withResolvers<{ opening: string; bytes: Buffer }>()
  const server = createServer((socket) =>
    peekOpening(socket, (opening) => socket.once('data', (bytes: Buffer) => seen.resolve({ opening, bytes }))),
  )
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening))
  const client: Socket = connect({ host: '127.0.0.1', port: (server.address() as AddressInfo).port, noDelay: true })
  onTestFinished(() => {
    client.destroy()
    server.close()
  })
  for (const byte of hello.subarray(0, 20))
    await new Promise<void>((sent) => client.write(Buffer.from([byte]), () => sent()))
  client.write(hello.subarray(20))
  expect(await seen.promise).toEqual({ opening: 'TLS for MQTT', bytes: hello })
})
