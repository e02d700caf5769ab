import { opendir, readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { addressUrl, parseJson, SourceUnreadable } from '@postern/app-sdk'
import type { ExternalSession } from '@postern/app-sdk'
import * as z from '@postern/app-sdk/zod'
import { readEvents } from './misp-event.ts'
import type { MispEvent } from './misp-event.ts'
import type { NoteUnread } from './read-part.ts'

/** Bounds of one file of events (S14), and of the whole source. */
export const sourceBounds = { fileBytesMax: 75_000_000, filesMax: 100_000, fileMs: 120_000 } as const

/** One file of the source: its events, or why it could not be read. */
export type ReadFile =
  | { readonly file: string; readonly events: readonly MispEvent[] }
  | { readonly file: string; readonly problem: Error }

/** A feed's `manifest.json`: events by uuid. What else it says of them stands in the events too. */
const FeedManifest = z.record(z.guid(), z.unknown())

/**
 * Reads a feed over https in MISP's own layout: `manifest.json` names events, each lies in `<uuid>.json` beside it.
 * An address that ends in `.json` and is no manifest is one file of events.
 * @throws SourceUnavailable, SourceRefused, SourceUnreadable when the list itself cannot be had; a single event's trouble is told with it.
 */
export async function* readFeed(session: ExternalSession, address: string, note: NoteUnread): AsyncGenerator<ReadFile> {
  const written = addressUrl(address)
  const isFile = written.pathname.endsWith('.json')
  const manifestUrl = isFile
    ? written
    : new URL('manifest.json', written.href.endsWith('/') ? written : `${written.href}/`)
  const bounds = { timeMs: sourceBounds.fileMs, bytes: sourceBounds.fileBytesMax }
  const listed = await session.getJson(manifestUrl, { bounds })
  const manifest = FeedManifest.safeParse(listed)
  if (!manifest.success) {
    if (!isFile)
      throw new SourceUnreadable(`${manifestUrl.href} is no manifest of a MISP feed: a JSON object of events by uuid`)
    yield { file: manifestUrl.pathname, events: readEvents(listed, manifestUrl.pathname, note) }
    return
  }
  for (const uuid of bounded(Object.keys(manifest.data))) {
    yield await readOne(
      `${uuid}.json`,
      note,
      async () => await session.getJson(new URL(`${uuid}.json`, manifestUrl), { bounds }),
    )
  }
}

/** Reads a folder, for runs on the command line: the events that its `manifest.json` names, or all files that end in `.json`. */
export async function* readFolder(folder: string, note: NoteUnread): AsyncGenerator<ReadFile> {
  for (const name of bounded(await filesOf(folder))) {
    yield await readOne(name, note, async () => {
      const { size } = await stat(join(folder, name))
      if (size > sourceBounds.fileBytesMax)
        throw new SourceUnreadable(`${name} is larger than ${sourceBounds.fileBytesMax} bytes`)
      return parseJson(await readFile(join(folder, name)), name)
    })
  }
}

async function filesOf(folder: string): Promise<string[]> {
  const names: string[] = []
  for await (const entry of await opendir(folder))
    if (entry.isFile() && entry.name.endsWith('.json')) names.push(entry.name)
  if (!names.includes('manifest.json')) return names.toSorted()
  const manifest = FeedManifest.parse(parseJson(await readFile(join(folder, 'manifest.json')), 'manifest.json'))
  return Object.keys(manifest).map((uuid) => `${uuid}.json`)
}

async function readOne(file: string, note: NoteUnread, read: () => Promise<unknown>): Promise<ReadFile> {
  try {
    return { file, events: readEvents(await read(), file, note) }
  } catch (error) {
    return { file, problem: error instanceof Error ? error : new Error(String(error)) }
  }
}

function bounded(files: string[]): string[] {
  if (files.length > sourceBounds.filesMax)
    throw new SourceUnreadable(`the feed names ${files.length} events; ${sourceBounds.filesMax} are read at most`)
  return files
}
