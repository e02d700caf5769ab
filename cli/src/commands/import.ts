import { randomUUID } from 'node:crypto'
import { createReadStream, statSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { indicatorTypes, parseIndicatorType, readIndicatorLine } from '@postern/intel'
import { BatchAnswer, BatchError, type BatchIndicator, Owner, OwnerPage, paths, tcexPaths } from '@postern/protocol'
import { Command } from 'commander'
import * as z from 'zod'
import { readCliConfig } from '../config.ts'
import { callHub, type HubTarget, hubTarget } from '../hub-api.ts'
import { say } from '../say.ts'
import { importStix } from './import-stix.ts'

const chunkItems = 10_000
const shownRefusalsMax = 20

export function importCommand(): Command {
  return new Command('import')
    .description('bring in a STIX bundle (.json), or a text file with one indicator a line; # begins a comment')
    .argument('<file>')
    .requiredOption('--owner <name>', 'who asserts them; made if it does not exist')
    .option('--type <type>', 'of a text file: the indicator type of every line; told from the value if it is absent')
    .action(async (file: string, options: { owner: string; type?: string }) => {
      const type = options.type === undefined ? undefined : parseIndicatorType(options.type)
      if (options.type !== undefined && type === undefined)
        throw new Error(`--type ${options.type} is no indicator type: ${indicatorTypes.join(', ')}.`)
      if (statSync(file, { throwIfNoEntry: false })?.isFile() !== true) throw new Error(`There is no file ${file}.`)
      const target = hubTarget(readCliConfig())
      await ensureOwner(target, options.owner)
      if (file.toLowerCase().endsWith('.json')) {
        await importStix(target, file, options.owner)
        return
      }
      const totals = { sent: 0, accepted: 0, refused: 0, unknown: 0 }
      let chunk: BatchIndicator[] = []
      let lineNumber = 0
      for await (const line of createInterface({ input: createReadStream(file), crlfDelay: Infinity })) {
        lineNumber += 1
        const read = readIndicatorLine(line, type)
        if (read === undefined) continue
        if (!read.ok) {
          totals.unknown += 1
          if (totals.unknown <= shownRefusalsMax) say.error(`line ${lineNumber}: ${read.reason}`)
          continue
        }
        chunk.push({ type: read.type, summary: read.value })
        if (chunk.length === chunkItems) await flush()
      }
      await flush()
      say.line(`${totals.accepted} accepted, ${totals.refused} refused, ${totals.unknown} lines hold no indicator`)
      if (totals.refused + totals.unknown > 0) process.exitCode = 3

      async function flush(): Promise<void> {
        if (chunk.length === 0) return
        const status = await upload(target, options.owner, chunk)
        totals.accepted += status.successIndicatorCount ?? 0
        totals.refused += status.errorIndicatorCount ?? 0
        chunk = []
      }
    })
}

/** The owner of that name, made if there is none. */
export async function ensureOwner(target: HubTarget, name: string): Promise<Owner> {
  const existing = (await callHub(target, paths.owners, OwnerPage)).data.find((owner) => owner.name === name)
  return existing ?? (await callHub(target, paths.owners, Owner, { json: { name } }))
}

async function upload(target: HubTarget, owner: string, indicators: BatchIndicator[]) {
  const boundary = randomUUID()
  const part = (name: string, value: unknown) =>
    `--${boundary}\r\nContent-Disposition: form-data; name="${name}"; filename="${name}"\r\n\r\n${JSON.stringify(value)}\r\n`
  const config = {
    action: 'Create',
    owner,
    attributeWriteType: 'Append',
    tagWriteType: 'Append',
    securityLabelWriteType: 'Append',
    haltOnError: 'false',
    version: 'V2',
  }
  const answer = await callHub(
    target,
    `${tcexPaths.base}${tcexPaths.createAndUpload}?includeAdditional=true`,
    BatchAnswer,
    {
      method: 'POST',
      headers: { 'content-type': `multipart/form-data; boundary=${boundary}` },
      body: Buffer.from(`${part('config', config)}${part('content', { indicator: indicators })}--${boundary}--\r\n`),
    },
  )
  const { batchStatus, batchId } = answer.data
  if ((batchStatus.errorCount ?? 0) > 0 && batchId !== undefined) await sayRefusals(target, batchId)
  return batchStatus
}

async function sayRefusals(target: HubTarget, batchId: number): Promise<void> {
  const errors = await callHub(target, `${tcexPaths.base}${tcexPaths.batchErrors(batchId)}`, z.array(BatchError))
  for (const { errorReason } of errors.slice(0, shownRefusalsMax)) say.error(errorReason)
}
