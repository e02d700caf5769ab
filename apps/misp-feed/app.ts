import { defineFeed, parameter, SourceUnreadable } from '@postern/app-sdk'
import type { CollectContext, Outcome, ValuesOf } from '@postern/app-sdk'
import { accountLine, accountMessage } from './account.ts'
import type { Counts } from './account.ts'
import { readFeed, readFolder } from './event-source.ts'
import type { ReadFile } from './event-source.ts'
import { SentValues } from './gone-values.ts'
import { mapEvent } from './map-event.ts'
import type { MappingRules } from './map-event.ts'
import type { MispEvent } from './misp-event.ts'
import type { NoteUnread } from './read-part.ts'

const parameters = {
  events: parameter.address({
    label: 'Feed address',
    note: 'https address of a MISP feed: the folder that holds manifest.json, or one file of events.',
  }),
  fingerprint: parameter.fingerprint({
    label: 'Certificate fingerprint',
    note: 'SHA-256 of the certificate of the feed, where no public authority vouches for it. Empty: public authorities and the CA folder.',
  }),
  authKey: parameter.secret({
    label: 'Authorization',
    note: 'Sent as the Authorization header, for feeds that ask for one.',
  }),
  folder: parameter.string({
    label: 'Folder',
    note: 'Instead of an address, for runs on the command line: a folder with a manifest, or of event files. The sandbox of an environment server shows no folders.',
  }),
  requireToIds: parameter.boolean({
    label: 'Only for detection',
    default: true,
    note: 'Only attributes that the source marks for detection (to_ids) become indicators; others are counted.',
  }),
  removeGone: parameter.boolean({
    label: 'Remove what has gone',
    default: true,
    note: 'Deletes from the owner what this feed brought and no event holds any more. What others put into the owner stays.',
  }),
  removeGoneShareMax: parameter.integer({
    label: 'Share that may go',
    default: 50,
    minimum: 0,
    maximum: 100,
    note: 'Percent of the values that this feed brought. When more than that would go at once, and at least 20, none is deleted and the run ends partly done. 100 allows all.',
  }),
  rating: parameter.integer({
    label: 'Threat rating',
    default: 0,
    minimum: 0,
    maximum: 5,
    note: '0 is unknown; MISP gives none for single values.',
  }),
  confidence: parameter.integer({
    label: 'Confidence',
    default: 0,
    minimum: 0,
    maximum: 100,
    note: '0 is unknown; MISP gives none for single values.',
  }),
}

type Context = CollectContext<ValuesOf<typeof parameters>>

const app = defineFeed({
  name: 'misp-feed',
  displayName: 'MISP feed',
  version: '1.0.0',
  note: 'Brings the events of a MISP feed into the library: indicators, reports, threat actors, malware, techniques and how they relate.',
  parameters,
  limits: { timeoutSeconds: 3600, memoryMegabytesMax: 1024 },
  collect,
})
export default app

async function collect(context: Context): Promise<Outcome> {
  const { batch, log, owner, hub } = context
  const rules: MappingRules = {
    ...context.parameters,
    names: new Set([owner, app.name, app.displayName].map((name) => name.toLowerCase())),
  }
  const sent = new SentValues(context.tempPath)
  const counts = {
    events: 0,
    unread: 0,
    unreadParts: 0,
    attributes: 0,
    sent: 0,
    unmapped: 0,
    describing: 0,
    pairs: 0,
    references: 0,
  }
  const note: NoteUnread = ({ part, reason, example, heldValues }) => {
    batch.unmapped(`${part} that cannot be read`, reason, example)
    if (!heldValues) return
    counts.unreadParts += 1
    if (part !== 'attribute') return
    counts.attributes += 1
    counts.unmapped += 1
  }
  for await (const file of source(context, note)) {
    if ('problem' in file) {
      counts.unread += 1
      log.error(`${file.file} was not read: ${file.problem.message}`)
      continue
    }
    for (const event of file.events) await take(event, context, rules, sent, counts)
  }
  if (counts.events === 0) {
    const why =
      counts.unread === 0 ? 'the feed names no event' : `none of ${counts.unread} files of events could be read`
    throw new SourceUnreadable(`${why}; nothing was changed and nothing deleted`)
  }
  log.info('all events were read', counts)
  // What could not be read would look like values that have gone.
  const { removeGone, removeGoneShareMax } = context.parameters
  const removal =
    removeGone && counts.unread + counts.unreadParts === 0
      ? await sent.takeGone(hub, owner, removeGoneShareMax, (type, value) => batch.delete(type, value))
      : undefined
  const totals = await batch.submit()
  log.info('everything was submitted', { ...totals })
  log.info(accountLine(counts, totals.indicators))
  if (totals.refused > 0) log.warn(`the hub refused ${totals.refused} items; the ledger of this run names each`)
  return {
    message: accountMessage(counts, totals.indicators, removal),
    partial: counts.unread + counts.unreadParts > 0 || removal?.isAllowed === false,
  }
}

async function take(
  event: MispEvent,
  { batch, log }: Context,
  rules: MappingRules,
  sent: SentValues,
  counts: { -readonly [Name in keyof Counts]: number },
): Promise<void> {
  const { groups, indicators, associations, unmapped, attributes, references } = mapEvent(event, rules)
  for (const group of groups) await batch.addGroup(group)
  for (const indicator of indicators) {
    await batch.addIndicator(indicator)
    await sent.add(indicator)
  }
  for (const association of associations) await batch.associate(association)
  for (const { what, reason, example } of unmapped) batch.unmapped(what, reason, example)
  counts.events += 1
  counts.attributes += attributes.total
  counts.sent += attributes.sent
  counts.unmapped += attributes.unmapped
  counts.describing += attributes.describing
  counts.pairs += attributes.pairs
  counts.references += references.unmapped
  log.debug(`event ${event.uuid} was read`, attributes)
}

async function* source(
  { parameters: { events, folder, fingerprint, authKey }, external }: Context,
  note: NoteUnread,
): AsyncGenerator<ReadFile> {
  if (events !== undefined && folder !== undefined)
    throw new Error('parameters events and folder are both set; one of them is the source')
  if (folder !== undefined) yield* readFolder(folder, note)
  else if (events !== undefined)
    yield* readFeed(
      external({ fingerprint, ...(authKey === undefined ? {} : { headers: { authorization: authKey } }) }),
      events,
      note,
    )
  else throw new Error('parameter events (Feed address) is needed')
}
