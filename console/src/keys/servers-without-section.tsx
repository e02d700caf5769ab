import { type HubKey, type HubKeys, RotatedPurpose, type ServerWithoutKey } from '@postern/protocol'
import { useClock } from '../elements/clock.ts'
import { CopyButton } from '../elements/copy-button.tsx'
import form from '../elements/form.module.css'
import { NameLink } from '../elements/name-link.tsx'
import { Notice } from '../elements/notice.tsx'
import { Section } from '../elements/section.tsx'
import { ShortText } from '../elements/short-text.tsx'
import { Timestamp } from '../elements/timestamp.tsx'
import { type Column, VirtualTable } from '../elements/virtual-table.tsx'
import { formatCountOf } from '../format/quantities.ts'
import { cureOf, purposeWords } from './key-words.ts'

/** Servers that do not trust a key in use, and how they come to. */
export function ServersWithoutSection({ keys, serversWithout, serversWithoutCount }: HubKeys) {
  if (serversWithoutCount === 0) return null
  const lacked = RotatedPurpose.options.filter((purpose) => serversWithout.some(({ lacks }) => lacks.includes(purpose)))
  return (
    <Section
      title="Servers without a key in use"
      summary={`${formatCountOf(serversWithoutCount, 'server')} of your organization`}
    >
      {keys
        .filter(({ purpose, endsAt }) => endsAt === null && lacked.includes(purpose))
        .map((inUse) => (
          <Cure key={inUse.purpose} inUse={inUse} />
        ))}
      <VirtualTable
        label="Servers without a key in use"
        columns={columns}
        rows={serversWithout}
        rowKey={({ serverXid }) => serverXid}
      />
    </Section>
  )
}

function Cure({ inUse }: { inUse: HubKey }) {
  const { words, fingerprint } = cureOf(inUse, useClock())
  const command = `./postern-envsvr policy trust ${fingerprint ?? ''}`
  return (
    <Notice tone={fingerprint === undefined ? 'notice' : 'bad'} isStacked>
      <p>
        <strong>{purposeWords[inUse.purpose].title}:</strong> {words}
      </p>
      {fingerprint !== undefined && (
        <p>
          On each of them, after a look at the fingerprint that its log names:{' '}
          <span className={form['address']}>
            <code>{command}</code>
            <CopyButton text={command} label="Copy the command" />
          </span>
        </p>
      )}
    </Notice>
  )
}

const columns: readonly Column<ServerWithoutKey>[] = [
  {
    key: 'name',
    header: 'Environment server',
    width: 'minmax(150px, 2fr)',
    isPlain: true,
    render: ({ environmentId, serverXid, name }) => (
      <NameLink
        to="/environments/$environmentId/servers/$serverXid"
        params={{ environmentId, serverXid }}
        text={name}
      />
    ),
  },
  {
    key: 'environment',
    header: 'Environment',
    width: 'minmax(120px, 1.4fr)',
    render: ({ environmentName }) => <ShortText text={environmentName} />,
  },
  {
    key: 'lacks',
    header: 'Does not trust the key of',
    width: 'minmax(170px, 1.4fr)',
    render: ({ lacks }) => <span>{lacks.map((purpose) => purposeWords[purpose].signs).join(', ')}</span>,
  },
  {
    key: 'heard',
    header: 'Last heartbeat',
    width: '184px',
    render: ({ lastHeartbeatAt }) => (lastHeartbeatAt ? <Timestamp instant={lastHeartbeatAt} /> : <span>Never</span>),
  },
]
