import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'

import * as z from 'zod'

const fileBytesMax = 75_000_000
const filesMax = 10_000

/** What a MISP feed's manifest says of an event (the layout that MISP's own feed generator writes). */
export interface ManifestEntry {
  readonly info: string
  readonly date: string
  readonly timestamp: string
}

/** The events of a folder by uuid, read afresh, so that a person can edit the files between two runs. */
export interface EventFiles {
  readonly manifest: Record<string, ManifestEntry>
  /** The body of `<uuid>.json`. */
  read(uuid: string): string | undefined
}

const Event = z.looseObject({
  uuid: z.guid(),
  info: z.string(),
  date: z.string(),
  timestamp: z.union([z.string(), z.number()]).transform(String),
})
/** One event, or the list that MISP's search answers with. */
const File = z.union([
  z.looseObject({ Event }).transform((file) => [file]),
  z.looseObject({ response: z.array(z.looseObject({ Event })) }).transform((file) => file.response),
])

/** @throws Error naming the file that holds no MISP event */
export function readEventFiles(folder: string): EventFiles {
  const bodies = new Map<string, string>()
  const manifest: Record<string, ManifestEntry> = {}
  const names = readdirSync(folder).filter((name) => name.endsWith('.json') && name !== 'manifest.json')
  if (names.length > filesMax) throw new Error(`${folder} holds more than ${filesMax} files`)
  for (const name of names.toSorted()) {
    for (const { Event: event, ...rest } of readFile(join(folder, name))) {
      bodies.set(event.uuid.toLowerCase(), JSON.stringify({ ...rest, Event: event }))
      manifest[event.uuid.toLowerCase()] = { info: event.info, date: event.date, timestamp: event.timestamp }
    }
  }
  return { manifest, read: (uuid) => bodies.get(uuid.toLowerCase()) }
}

function readFile(path: string): z.infer<typeof File> {
  if (statSync(path).size > fileBytesMax) throw new Error(`${path} is larger than ${fileBytesMax} bytes`)
  try {
    return File.parse(JSON.parse(readFileSync(path, 'utf8')))
  } catch (error) {
    throw new Error(`${path} holds no MISP event`, { cause: error })
  }
}
