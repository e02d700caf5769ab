import {
  parseTlp,
  type Stix111End,
  stix111Group,
  type Stix111Group,
  stix111Indicator,
  stix111PackageEnd,
  stix111PackageStart,
  stixId,
  stixIndicatorObject,
  stixLabelMarkings,
  type StixIndicatorSource,
  type StixOutputObject,
} from '@postern/intel'
import type { StixFormat } from './stix-format.ts'

/** What is said of an output before its first object. */
export type OutputHead = {
  /** What makes its id: the same content, the same id. */
  parts: readonly string[]
  title: string
  timestamp: Date
  /** Of a package: what it is for, in its vocabulary. */
  intent: 'Indicators - Watchlist' | 'Collective Threat Intelligence'
}

/**
 * Puts objects into a bundle or a package, in the order in which they come, with the markings that they refer to at the end. What cannot
 * be said is counted by its reason, and stands in the account with which every output ends.
 */
export class OutputWriter {
  readonly format: StixFormat
  readonly #head: OutputHead
  readonly #definitions = new Map<string, StixOutputObject>()
  readonly #markingIds = new Set<string>()
  readonly #leftOut = new Map<string, number>()
  #count = 0
  /** Of a package: the list that is open. */
  #list: string | undefined

  constructor(format: StixFormat, head: OutputHead) {
    this.format = format
    this.#head = head
  }

  /** Before everything else. */
  start(): string {
    const { parts, title, timestamp, intent } = this.#head
    if (this.format === '1.1.1') return stix111PackageStart(parts.join(' '), title, timestamp, intent)
    const version = this.format === '2.0' ? ',"spec_version":"2.0"' : ''
    return `{"type":"bundle","id":"${stixId('bundle', this.format, ...parts)}"${version},"objects":[\n`
  }

  /**
   * @param labels its security labels; where there are none known, its TLP stands for them
   * @param groups that an indicator of 1.1.1 names; in the other forms relationships do
   */
  indicator(source: StixIndicatorSource, labels: readonly string[] = [], groups: readonly Stix111End[] = []): string {
    if (this.format === '1.1.1') {
      const text = stix111Indicator(source, groups)
      if (text === undefined) return this.leaveOut(`STIX 1.1.1 has no object for the type ${source.type}`)
      return this.#listed('Indicators', text, labels)
    }
    const named = labels.length === 0 && source.tlp ? [`TLP:${source.tlp}`] : labels
    return this.object(stixIndicatorObject({ ...source, tlp: null, markingRefs: this.markingRefs(named) }, this.format))
  }

  /** A group of a package of 1.1.1, in its list; lists follow one another in the package's order. */
  group(list: string, group: Stix111Group, labels: readonly string[]): { xml: string; related: number } {
    const said = stix111Group(group)
    if (said === undefined) throw new Error(`a group of the type ${group.type} has no list in STIX 1.1.1`)
    return { xml: this.#listed(list, said.xml, labels), related: said.related }
  }

  object(object: StixOutputObject): string {
    return this.text(JSON.stringify(object))
  }

  /** An object as its text. */
  text(json: string): string {
    const separator = this.#count === 0 ? '' : ',\n'
    this.#count += 1
    return `${separator}${json}`
  }

  /** Ids of the markings of security labels, which the output then defines. */
  markingRefs(labels: readonly string[]): string[] {
    if (this.format === '1.1.1') return []
    const { refs, definitions } = stixLabelMarkings(labels, this.format)
    for (const definition of definitions) this.#definitions.set(definition.id, definition)
    return [...refs]
  }

  /** A marking definition that stands among the objects already. */
  hasMarking(id: string): void {
    this.#markingIds.add(id)
  }

  leaveOut(reason: string, count = 1): string {
    this.#leftOut.set(reason, (this.#leftOut.get(reason) ?? 0) + count)
    return ''
  }

  /** After everything else. */
  *end(): Generator<string> {
    if (this.format === '1.1.1') {
      yield this.#listEnd()
      yield stix111PackageEnd(JSON.stringify(this.#account()))
      return
    }
    for (const id of [...this.#definitions.keys()].sort()) {
      const definition = this.#definitions.get(id)
      if (definition !== undefined && !this.#markingIds.has(id)) yield this.object(definition)
    }
    yield `\n],"x_postern_account":${JSON.stringify(this.#account())}}\n`
  }

  /** A list without anything in it is not there (the schema's word). */
  #listed(list: string, xml: string, labels: readonly string[]): string {
    if (labels.some((label) => parseTlp(label) === undefined))
      this.leaveOut('security labels, which STIX 1.1.1 was not given')
    const start = this.#list === list ? '' : `${this.#listEnd()}<stix:${list}>\n`
    this.#list = list
    this.#count += 1
    return `${start}${xml}`
  }

  #listEnd(): string {
    return this.#list === undefined ? '' : `</stix:${this.#list}>\n`
  }

  #account(): { objects: number; leftOut: Record<string, number> } {
    const reasons = [...this.#leftOut].sort(([a], [b]) => (a < b ? -1 : 1))
    return { objects: this.#count, leftOut: Object.fromEntries(reasons) }
  }
}
