import { execFileSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type HubTarget, sendToHub, unzip } from '@postern/cli'
import { type CreateDownload, type Environment, paths } from '@postern/protocol'
import { EnvironmentServerProcess, makeHome } from './environment-server-process.ts'

type BundleSettings = Record<string, unknown> & { serverXid: string; apiURL: string; brokerPort: number }

/** An environment server as a bundle makes it, in a folder of its own, run by its run.sh. */
export class BundleServer implements AsyncDisposable {
  readonly process: EnvironmentServerProcess
  readonly #hub: HubTarget
  readonly #folder: string

  private constructor(hub: HubTarget, folder: string) {
    this.#hub = hub
    this.#folder = folder
    const home = join(folder, 'postern-envsvr')
    // $1 is the runtime, $2 the server file, the rest are options.
    const wrapper = [
      '/bin/sh',
      '-c',
      'POSTERN_NODE=$1; export POSTERN_NODE; shift 2; exec /bin/sh "$0" "$@"',
      join(home, 'run.sh'),
    ]
    this.process = new EnvironmentServerProcess(home, { serverFile: join(home, 'postern-envsvr.mjs'), wrapper })
  }

  static async unpack(hub: HubTarget, environmentId: string, serverName: string): Promise<BundleServer> {
    const server = new BundleServer(hub, makeHome())
    await server.unpackBundle(environmentId, { serverName })
    return server
  }

  /** Another bundle over what is there. */
  async unpackBundle(environmentId: string, wanted: Pick<CreateDownload, 'serverName' | 'serverXid'>): Promise<void> {
    const { bytes } = await sendToHub(this.#hub, paths.environmentDownloads(environmentId), {
      json: { kind: 'bundle', withoutRuntime: true, ...wanted },
    })
    await unzip(bytes, this.#folder)
  }

  /** Downloads the configuration of an environment alone, and imports it. @returns what `./configure.sh` says */
  async importEnvironment({ id, name }: Environment): Promise<string> {
    const { bytes } = await sendToHub(this.#hub, paths.environmentDownloads(id), { json: { kind: 'config' } })
    const file = join(this.process.home, `${name}.env`)
    writeFileSync(file, bytes)
    return this.configure('--import', file)
  }

  get settings(): BundleSettings {
    return JSON.parse(readFileSync(this.#hidden('settings.json'), 'utf8')) as BundleSettings
  }

  changeSettings(changes: Record<string, unknown>): void {
    writeFileSync(this.#hidden('settings.json'), JSON.stringify({ ...this.settings, ...changes }))
  }

  /** Lets its apps reach these addresses, loopback or not. */
  allow(...addresses: string[]): void {
    writeFileSync(this.#hidden('policy.json'), JSON.stringify({ egress: { allow: addresses } }))
  }

  /** What `./configure.sh` with these options says. */
  configure(...options: string[]): string {
    const env = { PATH: '/usr/bin:/bin', POSTERN_NODE: process.execPath }
    return execFileSync(join(this.process.home, 'configure.sh'), options, {
      cwd: this.process.home,
      encoding: 'utf8',
      env,
    })
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.process.stop()
    await this.process[Symbol.asyncDispose]()
  }

  #hidden(name: string): string {
    return join(this.process.home, '.postern-envsvr', name)
  }
}
