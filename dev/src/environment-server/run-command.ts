import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { compileCache } from '../compile-cache.ts'
import { builtServerFile } from './built-server-file.ts'
import { unprivilegedUser } from './unprivileged-user.ts'

export type Said = { code: number | null; text: string }

/**
 * Runs a command of the environment server on a folder, beside the server, as the user that the tests run as: root becomes the
 * folder's owner.
 */
export async function runCommand(
  home: string,
  argv: readonly string[],
  input = '',
  user: { uid?: number; gid?: number } = {},
): Promise<Said> {
  const child = spawn(process.execPath, [builtServerFile(), ...argv, '--home', home], {
    stdio: 'pipe',
    cwd: '/',
    env: { PATH: '/usr/local/bin:/usr/bin:/bin', ...compileCache(unprivilegedUser()) },
    ...user,
  })
  let text = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (part: Buffer) => (text += part.toString()))
  child.stdin.end(input)
  const [code] = (await once(child, 'close')) as [number | null]
  return { code, text }
}
