import { readFileSync, statSync } from 'node:fs'
import { limits, paths, Platform, Runtime, RuntimeList } from '@postern/protocol'
import { Argument, Command } from 'commander'
import * as z from 'zod'
import { readCliConfig } from '../config.ts'
import { callHub, hubTarget } from '../hub-api.ts'
import { mustBeFile } from '../must-be-file.ts'
import { say } from '../say.ts'

/** D20: the Node.js that bundles carry. */
export function runtimeCommand(): Command {
  return new Command('runtime')
    .description('the Node.js that bundles for environment servers carry, by platform')
    .addCommand(listCommand())
    .addCommand(addCommand())
    .addCommand(removeCommand())
}

function listCommand(): Command {
  return new Command('list')
    .description('platforms that bundles can be made for; the first where a download names none')
    .option('--json', 'one JSON object a line')
    .action(async ({ json }: { json?: boolean }) => {
      const { runtimes } = await callHub(hubTarget(readCliConfig()), paths.runtimes, RuntimeList)
      for (const runtime of runtimes) {
        if (json === true) say.json(runtime)
        else say.row([runtime.platform, `Node.js ${runtime.version}`, originOf(runtime)])
      }
    })
}

function addCommand(): Command {
  return new Command('add')
    .description('add the Node.js of another platform, or another version, from its archive')
    .argument('<file>', 'node-v<version>-<platform>.tar.gz, as Node.js publishes it')
    .requiredOption('--sha256 <hex>', "of the file, from Node.js's SHASUMS256.txt; another file is refused")
    .option('--json', 'as one JSON object')
    .action(async (file: string, { sha256, json }: { sha256: string; json?: boolean }) => {
      const body = readArchive(file)
      const path = `${paths.runtimes}?${new URLSearchParams({ sha256: readSha256(sha256) })}`
      const headers = { 'content-type': 'application/octet-stream' }
      const added = await callHub(hubTarget(readCliConfig()), path, Runtime, { method: 'POST', headers, body })
      if (json === true) say.json(added)
      else say.line(`Bundles for ${added.platform} carry Node.js ${added.version} now.`)
    })
}

function removeCommand(): Command {
  return new Command('remove')
    .description("remove what was added for a platform; the hub's own is used again, where there is one")
    .addArgument(new Argument('<platform>').choices(Platform.options))
    .action(async (platform: Platform) => {
      await callHub(hubTarget(readCliConfig()), paths.runtime(platform), z.null(), { method: 'DELETE' })
      say.line(`What was added for ${platform} is removed. Servers that have it keep it.`)
    })
}

function readArchive(file: string): Buffer {
  mustBeFile(file)
  const { size } = statSync(file)
  if (size > limits.runtimeBytesMax)
    throw new Error(`${file} has ${size} bytes; no archive of Node.js has more than ${limits.runtimeBytesMax}.`)
  return readFileSync(file)
}

function readSha256(text: string): string {
  const sha256 = text.trim().toLowerCase()
  if (/^[0-9a-f]{64}$/.test(sha256)) return sha256
  throw new Error('--sha256 is 64 hexadecimal digits: those before the name of the file in SHASUMS256.txt of Node.js.')
}

function originOf({ addedBy, addedAt, sha256 }: Runtime): string {
  if (sha256 === null) return "the hub's own"
  return `added ${addedAt ?? ''}${addedBy === null ? '' : ` by ${addedBy}`}, SHA-256 ${sha256}`
}
