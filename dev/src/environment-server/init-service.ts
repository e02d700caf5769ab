import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** Where the service is and who runs it: what an administrator edits in the script. */
export type InitServiceOptions = { home: string; user: string; passwordFile: string }

/** The init script of a bundle as an administrator edits it, outside of the bundle's folder. Needs root. */
export class InitService implements Disposable {
  readonly #folder = mkdtempSync(join(tmpdir(), 'postern-init-'))
  readonly #script = join(this.#folder, 'postern-envsvr')

  /** @param bundleFolder where postern-envsvr.init.sh lies */
  constructor(bundleFolder: string, { home, user, passwordFile }: InitServiceOptions) {
    const text = readFileSync(join(bundleFolder, 'postern-envsvr.init.sh'), 'utf8')
      .replace('POSTERN_ENVSVR_HOME=/opt/postern-envsvr', `POSTERN_ENVSVR_HOME=${home}`)
      .replace('USER=postern\n', `USER=${user}\n`)
      .replace('PASSWORD_FILE=/etc/postern-envsvr.password', `PASSWORD_FILE=${passwordFile}`)
    writeFileSync(this.#script, text, { mode: 0o755 })
  }

  /** `start`, `status` and so on. Not in one go with the test: the hub that the service enrols at may be of this process. */
  async call(action: string): Promise<{ code: number | null; text: string }> {
    const child = spawn(this.#script, [action], {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { USER: 'root', HOME: '/root', OF_ROOT: 'alone', PATH: '/usr/bin:/bin' },
    })
    let text = ''
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (part: Buffer) => (text += part.toString()))
    const [code] = (await once(child, 'close')) as [number | null]
    return { code, text }
  }

  [Symbol.dispose](): void {
    rmSync(this.#folder, { recursive: true, force: true })
  }
}
