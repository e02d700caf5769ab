import { hostileCorpus } from '@postern/intel'

/** A file of a MISP feed with one event. */
export type EventFile = { Event: { uuid: string } & Record<string, unknown> }

const uuid = (kind: string, n: number) => `${kind.padStart(8, '0')}-0000-4000-8000-${String(n).padStart(12, '0')}`

/** Attribute types of which each has its own reader in the feed. */
const types = [
  'domain',
  'ip-dst',
  'url',
  'email-src',
  'email-subject',
  'sha256',
  'AS',
  'mutex',
  'regkey',
  'user-agent',
  'yara',
  'link',
  'comment',
  'vulnerability',
  'domain|ip',
  'ip-dst|port',
  'filename|md5',
  'no-such-type',
]

/** Every text of the hostile corpus in one kind of place, as a feed that means harm would send it. A good host stands in each event. */
export function hostileEvents(): EventFile[] {
  return [
    ...types.map((type, n) => eventOf('a1', n, { attributes: texts((text) => ({ type, value: text })) })),
    eventOf('a2', 0, {
      attributes: texts((text, n) => ({ type: 'domain', value: `comment-${n}.example.com`, comment: text })),
    }),
    eventOf('a3', 0, {
      attributes: texts((text, n) => ({
        type: 'domain',
        value: `tag-${n}.example.com`,
        Tag: [{ name: text }, { name: `misp-galaxy:threat-actor="${text}"` }],
      })),
    }),
    eventOf('a4', 0, { attributes: texts((text) => ({ type: text, value: 'type.example.com' })) }),
    eventOf('a5', 0, {
      attributes: texts((text, n) => ({
        type: 'domain',
        value: `seen-${n}.example.com`,
        first_seen: text,
        last_seen: text,
      })),
    }),
    eventOf('a6', 0, {
      Object: texts((text, n) => ({
        uuid: uuid('0b1', n),
        name: text,
        comment: text,
        Attribute: [
          attribute({ type: 'sha256', value: n.toString(16).padStart(64, '0') }, n),
          attribute({ type: 'filename', value: text }, n + 500),
        ],
        ObjectReference: [{ referenced_uuid: text, relationship_type: text }],
      })),
    }),
    ...hostileCorpus.map(({ text }, n) =>
      eventOf('a7', n, {
        info: text,
        date: text,
        threat_level_id: text,
        analysis: text,
        Orgc: { name: text },
        Tag: [{ name: text }],
        Galaxy: [{ type: text, GalaxyCluster: [{ tag_name: text, value: text, description: text }] }],
      }),
    ),
  ]
}

/** Hosts that stand among the hostile ones, sorted: all of them arrive. */
export function goodHosts(): string[] {
  return hostileEvents()
    .map(({ Event }) => `good-${Event.uuid}.example.com`)
    .toSorted()
}

type Content = { attributes?: Record<string, unknown>[] } & Record<string, unknown>

function eventOf(kind: string, n: number, { attributes = [], ...fields }: Content): EventFile {
  const id = uuid(kind, n)
  const good = { type: 'domain', value: `good-${id}.example.com` }
  return {
    Event: {
      uuid: id,
      info: `Hostile ${kind} ${n}`,
      date: '2026-11-02',
      timestamp: '1793606400',
      published: true,
      Attribute: [...attributes, good].map((each, index) => attribute(each, index)),
      ...fields,
    },
  }
}

function attribute(fields: Record<string, unknown>, n: number): Record<string, unknown> {
  return { uuid: uuid('c0', n), to_ids: true, ...fields }
}

function texts<Made>(make: (text: string, n: number) => Made): Made[] {
  return hostileCorpus.map(({ text }, n) => make(text, n))
}
