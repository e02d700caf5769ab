import { type CreateGroup, type GroupDetail, type GroupText, groupTexts, type WriteGroup } from '@postern/protocol'
import type { Command } from 'commander'
import { collect } from '../collect.ts'
import { type ListEdits, listEditsOf } from './list-edits.ts'
import { named, none, readInstantOrNone } from './stated-options.ts'

/** What is said of a group beside its lists. */
export type GroupFields = {
  status?: string
  eventDate?: string
  publishDate?: string
  firstSeen?: string
  lastSeen?: string
  text: string[]
}

/** What `postern groups set` is told to change; what is not named stays. */
export type GroupEdits = GroupFields & ListEdits & { name?: string }

export function takesGroupFields(command: Command): Command {
  return command
    .option('--status <text>', `how it stands, or ${none}`)
    .option('--event-date <time>', `when it took place, as 2026-01-31T12:00:00Z, or ${none}`)
    .option('--publish-date <time>', 'when it was published; the same')
    .option('--first-seen <time>', 'the same')
    .option('--last-seen <time>', 'the same')
    .option(
      '--text <name=text>',
      `one of ${groupTexts.join(', ')}, e.g. "subject=Invoice 17"; without a text it takes it out; may be repeated`,
      collect,
      [],
    )
}

/** The fields that the options name. @throws Error that names the option */
export function groupFieldsOf(options: GroupFields): Partial<CreateGroup> {
  return {
    ...named('status', options.status === none ? null : options.status),
    ...named('eventDate', readInstantOrNone('--event-date', options.eventDate)),
    ...named('publishDate', readInstantOrNone('--publish-date', options.publishDate)),
    ...named('firstSeen', readInstantOrNone('--first-seen', options.firstSeen)),
    ...named('lastSeen', readInstantOrNone('--last-seen', options.lastSeen)),
    ...Object.fromEntries(options.text.map(readText)),
  }
}

/** Reads the options once, before anything is changed. @throws Error that names the option */
export function groupEditsOf(options: GroupEdits): (before: GroupDetail) => WriteGroup {
  const fields = { ...named('name', options.name), ...groupFieldsOf(options) }
  const lists = listEditsOf(options)
  if (Object.keys(fields).length === 0 && lists === undefined)
    throw new Error('Say what to change: --name, --status, --tag … are listed by --help.')
  return (before) => ({ ...saidOf(before), ...fields, ...lists?.(before) })
}

/** All that its owner says of it, as it is written. */
function saidOf(group: GroupDetail): WriteGroup {
  const { name, status, eventDate, publishDate, firstSeen, lastSeen, tags, securityLabels, attributes } = group
  const texts = Object.fromEntries(groupTexts.map((field) => [field, group[field]]))
  return { name, status, eventDate, publishDate, firstSeen, lastSeen, tags, securityLabels, attributes, ...texts }
}

function readText(text: string): [GroupText, string | null] {
  const [, name, said] = /^([^=]+)=([^]*)$/.exec(text) ?? []
  const field = groupTexts.find((each) => each === name?.trim())
  if (field === undefined || said === undefined)
    throw new Error(`--text ${text} is not written as NAME=TEXT with a name of ${groupTexts.join(', ')}.`)
  return [field, said === '' ? null : said]
}
