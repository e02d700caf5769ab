import { mkdtempSync, rmSync } from 'node:fs'
import { createServer, type Server } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { choosePort } from './free-port.ts'

/** An address of this file's own: whatever else listens or calls on this machine at the same time takes none of its ports. */
const host = '127.0.0.62'

test('a remembered port that a stranger holds by now is given up for a free one', async () => {
  const stranger = createServer()
  const port = await listening(stranger, 0)
  expect(await choosePort(0, port, host)).not.toBe(port)
  stranger.close()
  expect(await choosePort(0, port, host)).toBe(port)
})

test('D15: a killed hub keeps the port of its broker, which the edge that outlived it holds', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'postern-port-'))
  const socket = join(folder, 'broker.sock')
  const edge = createServer()
  const door = createServer()
  const port = await listening(edge, 0)
  await listening(door, socket)
  expect(await choosePort(0, port, host, socket)).toBe(port)
  door.close()
  expect(await choosePort(0, port, host, socket)).not.toBe(port)
  edge.close()
  rmSync(folder, { recursive: true })
})

async function listening(server: Server, where: number | string): Promise<number> {
  await new Promise<void>((resolve) =>
    typeof where === 'number' ? server.listen(where, host, resolve) : server.listen(where, resolve),
  )
  const address = server.address()
  return typeof address === 'object' && address !== null ? address.port : 0
}
