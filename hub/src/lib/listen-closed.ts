import { chmodSync } from 'node:fs'
import type { Server } from 'node:net'

/** Listens on a Unix socket that only this process's own user can open. */
export async function listenClosed(server: Server, path: string): Promise<void> {
  // The socket is made closed to others; a mode that is set afterwards would leave a moment open.
  const before = process.umask(0o177)
  try {
    await listening(server, () => server.listen(path))
  } finally {
    process.umask(before)
  }
  chmodSync(path, 0o600)
}

/** Resolves when `start` has made the server listen. */
export async function listening(server: Server, start: () => void): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.once('listening', () => {
      server.off('error', reject)
      resolve()
    })
    start()
  })
}
