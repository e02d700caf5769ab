import { useDocumentTitle } from '@mantine/hooks'
import type { Receipt } from '@postern/protocol'
import { useInfiniteQuery } from '@tanstack/react-query'
import { useNavigate, useSearch } from '@tanstack/react-router'
import { receiptQueries } from '../api/receipt-queries.ts'
import { EmptyState } from '../elements/empty-state.tsx'
import { Icon } from '../elements/icon.tsx'
import { NameLink } from '../elements/name-link.tsx'
import { PageHead } from '../elements/page-head.tsx'
import { PagedTable } from '../elements/paged-table.tsx'
import { ShortText } from '../elements/short-text.tsx'
import { stateColumn } from '../elements/state-column.tsx'
import { Timestamp } from '../elements/timestamp.tsx'
import type { Column } from '../elements/virtual-table.tsx'
import { receiptFaces, signatureFaces } from '../executions/execution-faces.ts'
import { isBad } from '../executions/export/signed-by.tsx'
import { formatCount } from '../format/quantities.ts'
import { ControlTable } from './control-table.tsx'
import { useLiveReceipts } from './live-receipts.ts'
import { ReceiptChart } from './receipt-chart.tsx'
import classes from './receipts.module.css'
import { ReceiptsFilter } from './receipts-filter.tsx'
import { receiptFilterOf } from './receipts-search.ts'

export function ReceiptsPage() {
  const navigate = useNavigate()
  const search = useSearch({ from: '/signed-in/receipts' })
  const filter = receiptFilterOf(search)
  const receipts = useInfiniteQuery(receiptQueries.list(filter))
  useLiveReceipts()
  useDocumentTitle('Receipts · Postern')
  return (
    <div className={classes['page']}>
      <PageHead title="Receipts" lead="What controls were found to hold, compared with what they should.">
        <ReceiptsFilter />
      </PageHead>
      {!search.control && <ControlTable />}
      <ReceiptChart />
      <section aria-label="Every receipt" className={classes['list']}>
        <h2 className={classes['heading']}>Every receipt, newest first</h2>
        <PagedTable
          key={JSON.stringify(filter)}
          label="Receipts"
          query={receipts}
          columns={columns}
          rowKey={(receipt) => receipt.id}
          onOpen={({ id }) => void navigate({ to: '/receipts/$receiptId', params: { receiptId: id } })}
          empty={<NoReceipts isFiltered={Object.keys(filter).length > 0} />}
        />
      </section>
    </div>
  )
}

const columns: readonly Column<Receipt>[] = [
  stateColumn(({ state }) => receiptFaces[state], '126px'),
  {
    key: 'target',
    header: 'Control, target',
    width: 'minmax(190px, 2.4fr)',
    isPlain: true,
    render: (receipt) => (
      <div>
        <NameLink to="/receipts/$receiptId" params={{ receiptId: receipt.id }} text={receipt.control} />
        <ShortText text={receipt.target} />
        {receipt.unverifiedTransport && (
          <span className={classes['unverified']}>
            <Icon name="warning" size={12} /> Unverified transport
          </span>
        )}
        {isBad(receipt.signature) && (
          <span className={classes['unverified']} title={receipt.signature.reason}>
            <Icon name="warning" size={12} /> Signature: {signatureFaces[receipt.signature.state].word.toLowerCase()}
          </span>
        )}
      </div>
    ),
  },
  {
    key: 'collection',
    header: 'Data collection',
    isSecondary: true,
    width: 'minmax(120px, 1.4fr)',
    render: ({ collectionName, collectionVersion }) => (
      <ShortText text={collectionName}>, version&nbsp;{formatCount(collectionVersion)}</ShortText>
    ),
  },
  {
    key: 'word',
    header: 'Word of',
    isSecondary: true,
    width: 'minmax(130px, 1.2fr)',
    render: ({ serverName, signature }) => (
      <div>
        <ShortText text={serverName} />
        {signature && <span className={classes['soft']}>{signatureFaces[signature.state].word}</span>}
      </div>
    ),
  },
  figure('desired', 'Desired'),
  figure('held', 'Held'),
  figure('missing', 'Missing', 'bad'),
  figure('extra', 'Extra', 'notice'),
  { key: 'written', header: 'Written', width: '176px', render: ({ createdAt }) => <Timestamp instant={createdAt} /> },
]

/** A count; coloured only while it is not zero: a zero is never alarming. */
function figure(
  key: 'desired' | 'held' | 'missing' | 'extra',
  header: string,
  tone?: 'bad' | 'notice',
): Column<Receipt> {
  return {
    key,
    header,
    width: '84px',
    align: 'end',
    ...(key === 'desired' && { isSecondary: true }),
    render: (receipt) => (
      <span className={classes['figure']} data-tone={receipt[key] > 0 ? tone : undefined}>
        {formatCount(receipt[key])}
      </span>
    ),
  }
}

function NoReceipts({ isFiltered }: { isFiltered: boolean }) {
  if (isFiltered) return <EmptyState title="No receipt fits the filter" />
  return (
    <EmptyState title="No receipt yet">
      An export writes one each time it has applied a plan and read the control back.
    </EmptyState>
  )
}
