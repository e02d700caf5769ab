import { randomUUID } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { createInterface } from 'node:readline'
import { indicatorTypes, type LineMend, type LineMending, readIndicatorLine, type RefusalReason } from '@postern/intel'
import {
  addingBatch,
  BatchAnswer,
  BatchError,
  type BatchIndicator,
  Owner,
  OwnerPage,
  paths,
  tcexPaths,
} from '@postern/protocol'
import { Command } from 'commander'
import * as z from 'zod'
import { readCliConfig } from '../config.ts'
import { mustBeFile } from '../must-be-file.ts'
import { callHub, type HubTarget, hubTarget } from '../hub-api.ts'
import { rowsOf } from '../rows-of.ts'
import { say } from '../say.ts'
import { formatCount, formatCountOf } from './format-count.ts'
import { importStix } from './import-stix.ts'
import { indicatorTypeNamed } from './indicator-type-named.ts'
import { ReasonCounts } from './reason-counts.ts'

const chunkItems = 10_000
const shownRefusalsMax = 20

/** What such lines lack or have too much `--type` does not mend; their reason says what does. */
const refusedWithAnyType: ReadonlySet<RefusalReason> = new Set([
  'url-scheme-missing',
  'url-host-missing',
  'address-port',
])

export function importCommand(): Command {
  return new Command('import')
    .description('bring in a STIX bundle (.json), or a text file with one indicator a line; # begins a comment')
    .argument('<file>')
    .requiredOption('--owner <name>', 'who asserts them; made if it does not exist')
    .option('--type <type>', 'of a text file: the indicator type of every line; told from the value if it is absent')
    .option('--drop-port', 'of a text file: take address:port and host:port for the address or the host alone')
    .option('--url-scheme <scheme>', 'of a text file: http or https, written in front of URLs that have none')
    .action(async (file: string, options: ImportOptions) => {
      const type = indicatorTypeNamed(options.type)
      const mending = mendingOf(options)
      mustBeFile(file)
      const target = hubTarget(readCliConfig())
      await ensureOwner(target, options.owner)
      if (file.toLowerCase().endsWith('.json')) {
        await importStix(target, file, options.owner)
        return
      }
      const totals = { accepted: 0, refused: 0, unread: 0, untold: 0 }
      const mended: Record<LineMend, number> = { port: 0, scheme: 0 }
      const refusals = new Refusals()
      let chunk: BatchIndicator[] = []
      let lineNumber = 0
      for await (const line of createInterface({ input: createReadStream(file), crlfDelay: Infinity })) {
        lineNumber += 1
        const read = readIndicatorLine(line, type, mending)
        if (read === undefined) continue
        if (!read.ok) {
          totals.unread += 1
          if (read.code === undefined || !refusedWithAnyType.has(read.code)) totals.untold += 1
          refusals.add(read.reason, `line ${lineNumber}: `)
          continue
        }
        if (read.mended !== undefined) mended[read.mended] += 1
        chunk.push({ type: read.type, summary: read.value })
        if (chunk.length === chunkItems) await flush()
      }
      await flush()
      const refused = totals.refused + totals.unread
      say.line(`${formatCount(totals.accepted)} accepted, ${formatCount(refused)} refused`)
      if (mended.port > 0) say.line(`  of ${formatCountOf(mended.port, 'line')} the port was left out`)
      if (mended.scheme > 0)
        say.line(`  in front of ${formatCountOf(mended.scheme, 'line')} ${mending.scheme}:// was written`)
      for (const line of refusals.counts.lines()) say.line(`  ${line}`)
      if (totals.untold > 0 && type === undefined)
        say.line(`Lines whose type cannot be told from them are taken with --type <${indicatorTypes.join(' | ')}>.`)
      if (refused > 0) process.exitCode = 3

      async function flush(): Promise<void> {
        if (chunk.length === 0) return
        const status = await upload(target, options.owner, chunk, refusals)
        totals.accepted += status.successIndicatorCount ?? 0
        totals.refused += status.errorIndicatorCount ?? 0
        chunk = []
      }
    })
}

type ImportOptions = { owner: string; type?: string; dropPort?: boolean; urlScheme?: string }

function mendingOf({ dropPort = false, urlScheme: scheme }: ImportOptions): LineMending {
  if (scheme !== undefined && scheme !== 'http' && scheme !== 'https')
    throw new Error(`--url-scheme ${scheme} is neither http nor https.`)
  return { dropsPort: dropPort, scheme }
}

/** What was not taken: the first few as they are, and all by reason. */
class Refusals {
  readonly counts = new ReasonCounts()
  #said = 0

  add(reason: string, where = ''): void {
    this.counts.add(reason)
    this.#said += 1
    if (this.#said <= shownRefusalsMax) say.error(where + reason)
  }
}

/** The owner of that name, made if there is none. */
export async function ensureOwner(target: HubTarget, name: string): Promise<Owner> {
  for await (const owner of rowsOf(target, paths.owners, OwnerPage)) if (owner.name === name) return owner
  return await callHub(target, paths.owners, Owner, { json: { name } })
}

async function upload(target: HubTarget, owner: string, indicators: BatchIndicator[], refusals: Refusals) {
  const boundary = randomUUID()
  const part = (name: string, value: unknown) =>
    `--${boundary}\r\nContent-Disposition: form-data; name="${name}"; filename="${name}"\r\n\r\n${JSON.stringify(value)}\r\n`
  const answer = await callHub(
    target,
    `${tcexPaths.base}${tcexPaths.createAndUpload}?includeAdditional=true`,
    BatchAnswer,
    {
      method: 'POST',
      headers: { 'content-type': `multipart/form-data; boundary=${boundary}` },
      body: Buffer.from(
        `${part('config', addingBatch(owner))}${part('content', { indicator: indicators })}--${boundary}--\r\n`,
      ),
    },
  )
  const { batchStatus, batchId } = answer.data
  if ((batchStatus.errorCount ?? 0) > 0 && batchId !== undefined) await readRefusals(target, batchId, refusals)
  return batchStatus
}

async function readRefusals(target: HubTarget, batchId: number, refusals: Refusals): Promise<void> {
  const errors = await callHub(target, `${tcexPaths.base}${tcexPaths.batchErrors(batchId)}`, z.array(BatchError))
  for (const { errorReason } of errors) refusals.add(errorReason)
}
