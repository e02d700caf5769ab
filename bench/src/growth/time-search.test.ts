import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, test } from 'vitest'
import { timeSearch } from './time-search.ts'

test('a search is timed over a connection that stays open until its last answer', async () => {
  const asked: string[] = []
  const sockets = new Set<unknown>()
  const server = createServer((request, response) => {
    asked.push(new URL(request.url ?? '', 'http://localhost').searchParams.get('tql') ?? '')
    sockets.add(request.socket)
    response.end('{}')
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const hub = { kind: 'https' as const, url: `http://127.0.0.1:${port}`, token: 'any', caPem: undefined }
  try {
    const took = await timeSearch({ hub }, { queries: ['one', 'two'] })
    expect(took).toBeGreaterThan(0)
    expect(asked).toEqual(['one', 'two', 'one', 'two'])
    expect(sockets.size).toBe(1)
  } finally {
    server.close()
  }
})
