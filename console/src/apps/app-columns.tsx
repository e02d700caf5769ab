import type { App } from '@postern/protocol'
import { NameLink } from '../elements/name-link.tsx'
import { PlainText } from '../elements/plain-text.tsx'
import { ShortText } from '../elements/short-text.tsx'
import { ShortTime } from '../elements/short-time.tsx'
import type { Column } from '../elements/virtual-table.tsx'
import { appKindWords } from '../executions/execution-words.ts'

export const appColumns: readonly Column<App>[] = [
  {
    key: 'name',
    header: 'App',
    width: 'minmax(200px, 3fr)',
    isPlain: true,
    render: ({ id, displayName, note }) => (
      <div>
        <NameLink to="/apps/$appId" params={{ appId: id }} text={displayName} />
        {note !== '' && <ShortText text={note} isSoft />}
      </div>
    ),
  },
  { key: 'kind', header: 'Kind', width: '100px', render: ({ kind }) => <span>{appKindWords[kind]}</span> },
  {
    key: 'version',
    header: 'Version',
    width: '90px',
    render: ({ current }) => <PlainText text={current.programVersion} />,
  },
  {
    key: 'vouched',
    header: 'Vouched for by',
    width: 'minmax(110px, 1fr)',
    render: ({ current }) => <ShortText text={current.vouchedBy} />,
  },
  {
    key: 'installed',
    header: 'Installed',
    width: '100px',
    isSecondary: true,
    render: ({ current }) => <ShortTime instant={current.installedAt} />,
  },
]
