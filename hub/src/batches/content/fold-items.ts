import type { BatchModes } from '../batch-modes.ts'
import { booleanField, copyRow } from '../../database/copy/copy-row.ts'
import type { SentAttribute, Stated } from './read-common-fields.ts'

type Foldable = Pick<Stated, 'tags' | 'labels' | 'tlp' | 'attributes'>

/** What two items about the same thing say together, as if they had come in two batches, one after the other. */
export function folded<Item extends Foldable>(first: Item, second: Item, modes: BatchModes): Item {
  const said = Object.fromEntries(Object.entries(second).filter(([, value]) => value !== null && value !== undefined))
  return {
    ...first,
    ...said,
    tags: foldedNames(first.tags, second.tags, modes.tags),
    labels: foldedNames(first.labels, second.labels, modes.labels),
    tlp: foldedTlp(first, second, modes),
    attributes: foldedAttributes(first.attributes, second.attributes, modes),
  }
}

export function foldedNames(
  first: string[] | undefined,
  second: string[] | undefined,
  mode: 'Append' | 'Replace',
): string[] | undefined {
  if (first === undefined || second === undefined) return second ?? first
  return mode === 'Replace' ? second : [...new Set([...first, ...second])].sort()
}

function foldedTlp(first: Foldable, second: Foldable, modes: BatchModes): number | null {
  if (second.labels === undefined) return first.tlp
  if (modes.labels === 'Replace' || first.tlp === null) return second.tlp
  return second.tlp === null ? first.tlp : Math.max(first.tlp, second.tlp)
}

function foldedAttributes(
  first: SentAttribute[] | undefined,
  second: SentAttribute[] | undefined,
  modes: BatchModes,
): SentAttribute[] | undefined {
  if (first === undefined || second === undefined) return second ?? first
  if (modes.attributes === 'Append') return [...first, ...second]
  if (modes.attributes === 'Static') return first
  if (modes.attributes === 'Replace') return second
  const types = new Set(second.map((attribute) => attribute.type))
  return [...first.filter((attribute) => !types.has(attribute.type)), ...second]
}

export function attributeLine(key: string, attribute: SentAttribute): string {
  return copyRow([
    key,
    attribute.type,
    attribute.value,
    attribute.source,
    booleanField(attribute.displayed),
    booleanField(attribute.pinned),
  ])
}
