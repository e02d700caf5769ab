import { existsSync, writeFileSync } from 'node:fs'
import { basename } from 'node:path'
import { type CreateDownload, downloadHeaders, type Environment, paths, Platform } from '@postern/protocol'
import { Command, Option } from 'commander'
import { readCliConfig } from '../config.ts'
import { hubTarget, sendToHub } from '../hub-api.ts'
import { say } from '../say.ts'
import { findEnvironment } from './find-environment.ts'

const kinds = ['bundle', 'config', 'server'] as const satisfies readonly CreateDownload['kind'][]

type DownloadOptions = {
  kind: CreateDownload['kind']
  name?: string
  platform?: Platform
  runtime: boolean
  out?: string
}

/** ES-2: the three files that the console's Download offers. */
export function downloadServerCommand(): Command {
  return new Command('download')
    .description('make a bundle for a new server, the configuration of an environment, or the server file alone')
    .argument('[environment]', 'its name; needed where there are several')
    .addOption(new Option('--kind <kind>', 'what to download').choices(kinds).default('bundle'))
    .option('--name <name>', 'what the new server is called')
    .addOption(
      new Option('--platform <platform>', 'whose Node.js the bundle carries, see postern runtime list').choices(
        Platform.options,
      ),
    )
    .option('--no-runtime', 'leave Node.js out, for a machine that has one')
    .option('--out <file>', 'the file to write, if not of the name that the console gives it')
    .action(async (name: string | undefined, options: DownloadOptions) => {
      const target = hubTarget(readCliConfig())
      const environment = await findEnvironment(target, name, 'Name the environment')
      const file = options.out ?? fileOf(options.kind, environment)
      // Before the hub makes an identity that nobody would get.
      if (existsSync(file)) throw new Error(`There is a file ${file} already. Name another one with --out.`)
      const path = paths.environmentDownloads(environment.id)
      const { bytes, headers } = await sendToHub(target, path, { json: wantedOf(options) })
      writeFileSync(file, bytes, { flag: 'wx', mode: 0o600 })
      say.line(`${file}: ${wordsOf(options.kind, headers[downloadHeaders.serverXid])}`)
      const warning = headers[downloadHeaders.warning]
      if (warning !== undefined) say.error(String(warning))
    })
}

function wantedOf({ kind, name, platform, runtime }: DownloadOptions): CreateDownload {
  return {
    kind,
    ...(name === undefined ? {} : { serverName: name }),
    ...(platform === undefined ? {} : { platform }),
    ...(runtime ? {} : { withoutRuntime: true }),
  }
}

function fileOf(kind: CreateDownload['kind'], { name }: Environment): string {
  if (kind === 'bundle') return 'postern-envsvr-bundle.zip'
  return kind === 'server' ? 'postern-envsvr.zip' : `${basename(name)}.env`
}

function wordsOf(kind: CreateDownload['kind'], serverXid: string | string[] | undefined): string {
  if (kind === 'server') return 'the signed server file. It carries no identity.'
  const secret = 'Keep it like a password until then.'
  if (kind === 'config') return `moves one server here, within 24 hours, by configure.sh --import. ${secret}`
  return `enrols once, within 24 hours, as server ${String(serverXid)}. ${secret}`
}
