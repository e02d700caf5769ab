import { defineFeed, parameter, SourceUnreadable } from '@postern/app-sdk'
import type { CollectContext, Outcome, ValuesOf } from '@postern/app-sdk'
import { readFeed, readFolder } from './event-source.ts'
import type { ReadFile } from './event-source.ts'
import { SentValues } from './gone-values.ts'
import { mapEvent } from './map-event.ts'
import type { MappingRules } from './map-event.ts'
import type { MispEvent } from './misp-event.ts'

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
    note: 'Deletes from the owner what no event holds any more. The owner must then be of this feed alone.',
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
  const counts = { events: 0, unread: 0, attributes: 0, sent: 0, unmapped: 0, gone: 0 }
  for await (const file of source(context)) {
    if ('problem' in file) {
      counts.unread += 1
      log.error(`${file.file} was not read: ${file.problem.message}`)
      continue
    }
    for (const event of file.events) await take(event, context, rules, sent, counts)
  }
  if (counts.events === 0)
    throw new SourceUnreadable(
      `no event could be read (${counts.unread} failed); nothing was changed and nothing deleted`,
    )
  log.info('all events were read', counts)
  // An event that could not be read would look like one whose values have gone.
  if (context.parameters.removeGone && counts.unread === 0) {
    for await (const { type, value } of sent.gone(hub, owner)) {
      await batch.delete(type, value)
      counts.gone += 1
    }
  }
  const totals = await batch.submit()
  log.info('everything was submitted', { ...totals })
  return outcome(counts, totals.refused)
}

async function take(
  event: MispEvent,
  { batch, log }: Context,
  rules: MappingRules,
  sent: SentValues,
  counts: { events: number; attributes: number; sent: number; unmapped: number },
): Promise<void> {
  const mapped = mapEvent(event, rules)
  for (const group of mapped.groups) await batch.addGroup(group)
  for (const indicator of mapped.indicators) {
    await batch.addIndicator(indicator)
    await sent.add(indicator)
  }
  for (const association of mapped.associations) await batch.associate(association)
  for (const { what, reason, example } of mapped.unmapped) batch.unmapped(what, reason, example)
  counts.events += 1
  counts.attributes += mapped.attributes.total
  counts.sent += mapped.attributes.sent
  counts.unmapped += mapped.attributes.unmapped
  log.debug(`event ${event.uuid} was read`, mapped.attributes)
}

async function* source({
  parameters: { events, folder, fingerprint, authKey },
  external,
}: Context): AsyncGenerator<ReadFile> {
  if (events !== undefined && folder !== undefined)
    throw new Error('parameters events and folder are both set; one of them is the source')
  if (folder !== undefined) yield* readFolder(folder)
  else if (events !== undefined)
    yield* readFeed(
      external({ fingerprint, ...(authKey === undefined ? {} : { headers: { authorization: authKey } }) }),
      events,
    )
  else throw new Error('parameter events (Feed address) is needed')
}

function outcome(
  counts: { events: number; unread: number; attributes: number; sent: number; unmapped: number; gone: number },
  refused: number,
): Outcome {
  const { events, unread, attributes, sent, unmapped, gone } = counts
  const message = `${events} events, ${attributes} attributes: ${sent} sent, ${unmapped} not mapped; ${gone} values gone; the hub refused ${refused} items`
  return unread === 0
    ? { message }
    : { message: `${message}; ${unread} files could not be read, so nothing was deleted`, partial: true }
}
