import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer, type IncomingMessage } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { paths } from '@postern/protocol'
import { expect, test } from 'vitest'
import { ensureOwner } from './commands/import.ts'

/** Stands for a hub where only the shape of its answers counts. */
async function answering(answer: (request: IncomingMessage) => unknown) {
  const folder = mkdtempSync(join(tmpdir(), 'postern-cli-'))
  const socketPath = join(folder, 'hub.sock')
  const asked: string[] = []
  const server = createServer((request, response) => {
    asked.push(`${request.method} ${request.url}`)
    response.setHeader('content-type', 'application/json').end(JSON.stringify(answer(request)))
  })
  await new Promise<void>((resolve) => server.listen(socketPath, resolve))
  return {
    folder,
    target: { kind: 'socket', socketPath } as const,
    asked,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
      rmSync(folder, { recursive: true })
    },
  }
}

test('an import finds its owner on whatever page of the list it stands, and makes no second one', async () => {
  const owner = (id: string) => ({
    id,
    name: `Owner ${id}`,
    kind: 'Source',
    statusDefault: 'Active',
    removalStartedAt: null,
    createdAt: '2026-01-01T00:00:00.000Z',
  })
  await using hub = await answering(({ url = '' }) => {
    const after = Number(new URLSearchParams(url.split('?')[1]).get('cursor') ?? 0)
    const data = [owner(String(after + 1)), owner(String(after + 2))]
    return after < 4 ? { data, next: String(after + 2) } : { data }
  })
  expect(await ensureOwner(hub.target, 'Owner 6')).toMatchObject({ id: '6' })
  expect(hub.asked).toEqual([`GET ${paths.owners}`, `GET ${paths.owners}?cursor=2`, `GET ${paths.owners}?cursor=4`])
})

test('LIB-3: the command line shows what a query says by mistake, beside what it finds', async () => {
  const message = 'There is no owner “OSNIT”. Did you mean OSINT?'
  await using hub = await answering(() => ({ data: [], hints: [{ message, position: 12 }] }))
  const env = { ...process.env, POSTERN_DATA_DIR: hub.folder, POSTERN_URL: undefined }
  const main = fileURLToPath(new URL('main.ts', import.meta.url))
  const { stdout, stderr } = await promisify(execFile)(process.execPath, [main, 'search', 'ownerName = "OSNIT"'], {
    env,
  })
  expect(stdout).toBe('')
  expect(stderr.split('\n').slice(0, 2)).toEqual([message, '0 indicators found'])
})
