import type { StatedAssertion } from '@postern/protocol'
import type { Command } from 'commander'
import { collect } from '../collect.ts'
import { readAttribute, readLabel } from './stated-options.ts'

/** How a `set` command changes what an owner says in lists. */
export type ListEdits = { tag: string[]; untag: string[]; label: string[]; unlabel: string[]; attribute: string[] }

type Lists = Pick<StatedAssertion, 'tags' | 'securityLabels' | 'attributes'>

export function takesListEdits(command: Command): Command {
  return command
    .option('--tag <name>', 'add a tag; may be repeated, as may those that follow', collect, [])
    .option('--untag <name>', 'take a tag out', collect, [])
    .option('--label <name>', 'add a security label, such as TLP:AMBER', collect, [])
    .option('--unlabel <name>', 'take a security label out', collect, [])
    .option(
      '--attribute <type=value>',
      'in place of all attributes of that type, e.g. "Description=Seen in case 17"; without a value it takes them out',
      collect,
      [],
    )
}

/** @returns undefined where nothing is to be changed @throws Error that names the option */
export function listEditsOf(options: ListEdits): ((before: Lists) => Lists) | undefined {
  const { tag, untag, unlabel } = options
  const label = options.label.map(readLabel)
  const attributes = options.attribute.map(readAttribute)
  if ([tag, untag, label, unlabel, attributes].every((list) => list.length === 0)) return undefined
  const types = new Set(attributes.map(({ type }) => type))
  return (before) => ({
    tags: edited(before.tags, tag, untag),
    securityLabels: edited(before.securityLabels, label, unlabel),
    attributes: [
      ...before.attributes.filter(({ type }) => !types.has(type)),
      ...attributes.filter(({ value }) => value !== ''),
    ],
  })
}

function edited(before: readonly string[], added: readonly string[], gone: readonly string[]): string[] {
  return [...new Set([...before, ...added])].filter((name) => !gone.includes(name))
}
