import { createHash } from 'node:crypto'
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

type Attribute = { type: string; value: string; to_ids: boolean; comment?: string; object_relation?: string }
type Sample = { info: string; tags: string[]; attributes: Attribute[]; posts?: Attribute[][] }

const domains = ['example.com', 'example.net', 'example.org']
const date = '2026-11-02'

/**
 * Writes the sample into a folder, once: what a person changes there stays changed. Every value lies in ranges that are kept
 * for documentation (RFC 5737, RFC 3849, RFC 2606, RFC 5398), so that nothing real is ever named.
 */
export function writeSampleEvents(folder: string): void {
  mkdirSync(folder, { recursive: true, mode: 0o755 })
  if (readdirSync(folder).length > 0) return
  for (const sample of samples()) {
    writeFileSync(join(folder, `${uuidOf(sample.info)}.json`), `${JSON.stringify(toEvent(sample), null, 1)}\n`)
  }
}

function samples(): Sample[] {
  return [
    {
      info: 'Sample: command and control of the Lantern botnet',
      tags: ['tlp:green', 'misp-galaxy:malpedia="Lantern"', 'kill-chain:Command and Control'],
      attributes: [
        ...count(60, (n) => detect('ip-dst', `192.0.2.${n + 1}`)),
        ...count(60, (n) => detect('ip-dst', `198.51.100.${n + 1}`)),
        ...count(100, (n) => detect('hostname', `c2-${n + 1}.lantern.${pick(domains, n)}`)),
      ],
    },
    {
      info: 'Sample: phishing for cloud mailboxes',
      tags: ['tlp:amber', 'misp-galaxy:threat-actor="Harbour Fox"'],
      attributes: [
        ...count(120, (n) => detect('url', `https://login-${n + 1}.${pick(domains, n)}:8443/session?id=${n}`)),
        ...count(20, (n) => detect('email-src', `billing${n + 1}@mail.${pick(domains, n)}`)),
        ...count(10, (n) => detect('email-subject', `Invoice ${1000 + n} is overdue`)),
      ],
    },
    {
      info: 'Sample: files and traces of the Lantern loader',
      tags: ['tlp:clear', 'misp-galaxy:mitre-attack-pattern="Boot or Logon Autostart Execution - T1547"'],
      attributes: [
        ...count(60, (n) => detect('sha256', digest('sha256', n))),
        ...count(40, (n) => detect('md5', digest('md5', n))),
        ...count(20, (n) => detect('sha1', digest('sha1', n))),
        ...count(10, (n) => detect('mutex', `Global\\lantern-${n + 1}`)),
        ...count(10, (n) => detect('regkey', `HKLM\\Software\\Example\\Lantern${n + 1}`)),
        ...count(8, (n) => detect('user-agent', `LanternLoader/1.${n} (Example)`)),
      ],
    },
    {
      info: 'Sample: networks that the Lantern botnet rents',
      tags: ['tlp:green'],
      attributes: [
        ...count(6, (n) => detect('AS', `AS${64_496 + n}`)),
        ...count(6, (n) => detect('ip-dst', `203.0.113.${n * 16}/28`)),
        ...count(20, (n) => detect('ip-dst', `2001:db8:1a::${(n + 1).toString(16)}`)),
        { type: 'comment', value: 'Rented month by month; expect them to move.', to_ids: false },
      ],
    },
    {
      info: 'Sample: posts that recruit for the Lantern botnet',
      tags: ['tlp:clear'],
      attributes: [],
      posts: count(6, (n) => [{ ...detect('text', `#lantern${n + 1}`), object_relation: 'hashtag' }]),
    },
    {
      info: 'Sample: ten values that are wrong on purpose',
      tags: ['tlp:clear'],
      attributes: [
        detect('ip-dst', '192.0.2.010'),
        detect('ip-dst', '999.0.2.1'),
        detect('hostname', 'no-dots-here'),
        detect('hostname', 'two..dots.example.com'),
        detect('url', 'example.org/without-a-scheme'),
        detect('sha256', 'e3b0c44298fc1c14'),
        detect('md5', 'zzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzz'),
        detect('email-src', 'nobody-at-example.org'),
        detect('AS', 'AS4294967296'),
        detect('regkey', 'HKEY_NOWHERE\\Software\\Example'),
      ],
    },
  ]
}

function toEvent(sample: Sample): object {
  const uuid = uuidOf(sample.info)
  const timestamp = String(Date.parse(`${date}T08:00:00Z`) / 1000)
  const attribute = (each: Attribute, index: string) => ({
    uuid: uuidOf(`${uuid} ${index}`),
    category: 'Network activity',
    comment: '',
    disable_correlation: false,
    deleted: false,
    timestamp,
    ...each,
  })
  return {
    Event: {
      uuid,
      info: sample.info,
      date,
      timestamp,
      published: true,
      threat_level_id: '2',
      analysis: '2',
      Orgc: { name: 'Example research', uuid: uuidOf('Example research') },
      Tag: sample.tags.map((name) => ({ name })),
      Attribute: sample.attributes.map((each, index) => attribute(each, String(index))),
      Object: (sample.posts ?? []).map((attributes, index) => ({
        uuid: uuidOf(`${uuid} post ${index}`),
        name: 'microblog',
        'meta-category': 'misc',
        timestamp,
        Attribute: attributes.map((each, inner) => attribute(each, `${index}.${inner}`)),
        ObjectReference: [],
      })),
    },
  }
}

function detect(type: string, value: string): Attribute {
  return { type, value, to_ids: true }
}

function count<T>(times: number, make: (index: number) => T): T[] {
  return Array.from({ length: times }, (_, index) => make(index))
}

function pick(list: readonly string[], index: number): string {
  // An index taken modulo the length of a list that is not empty is always inside it.
  return list[index % list.length] as string
}

function digest(algorithm: string, index: number): string {
  return createHash(algorithm).update(`postern sample ${index}`).digest('hex')
}

/** The same name always gives the same UUID, shaped as version 4. */
function uuidOf(name: string): string {
  const hex = createHash('sha256').update(name).digest('hex')
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`
}
