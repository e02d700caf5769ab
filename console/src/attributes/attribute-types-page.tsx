import { Button } from '@mantine/core'
import { useDocumentTitle } from '@mantine/hooks'
import type { AttributeType } from '@postern/protocol'
import { useInfiniteQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { useMay } from '../access/rights.ts'
import { attributeQueries } from '../api/attribute-queries.ts'
import { EmptyState } from '../elements/empty-state.tsx'
import form from '../elements/form.module.css'
import { Icon } from '../elements/icon.tsx'
import { LongText } from '../elements/long-text.tsx'
import { PageHead } from '../elements/page-head.tsx'
import { PagedTable } from '../elements/paged-table.tsx'
import { PlainText } from '../elements/plain-text.tsx'
import { ShortText } from '../elements/short-text.tsx'
import type { Column } from '../elements/virtual-table.tsx'
import { bearersInWords, rulesInWords } from './attribute-rules.ts'
import { AttributeTypeDialog, NewAttributeTypeDialog } from './attribute-type-dialog.tsx'

/** What attributes may hold, by their type. */
export function AttributeTypesPage() {
  const types = useInfiniteQuery(attributeQueries.types())
  const mayWrite = useMay('write')
  const [opened, setOpened] = useState<AttributeType | 'new'>()
  const close = () => setOpened(undefined)
  useDocumentTitle('Attribute types · Postern')
  return (
    <div className={`${form['page']} ${form['list']}`}>
      <PageHead title="Attribute types" lead="What owners may say of an indicator or a group by name, and its rules.">
        {mayWrite && (
          <Button size="xs" leftSection={<Icon name="plus" size={14} />} onClick={() => setOpened('new')}>
            New attribute type
          </Button>
        )}
      </PageHead>
      <PagedTable
        label="Attribute types"
        query={types}
        columns={columns}
        rowKey={({ id }) => id}
        {...(mayWrite && { onOpen: setOpened })}
        empty={
          <EmptyState title="No attribute type yet">
            A type is made by the first batch that names it, or here, with rules for its values.
          </EmptyState>
        }
      />
      {opened === 'new' && <NewAttributeTypeDialog onClose={close} />}
      {opened !== undefined && opened !== 'new' && <AttributeTypeDialog type={opened} onClose={close} />}
    </div>
  )
}

const columns: readonly Column<AttributeType>[] = [
  {
    key: 'name',
    header: 'Attribute type',
    width: 'minmax(170px, 2fr)',
    isPlain: true,
    render: ({ name, description }) => (
      <div>
        <strong>
          <PlainText text={name} />
        </strong>
        {description !== null && <ShortText text={description} isSoft />}
      </div>
    ),
  },
  {
    key: 'rules',
    header: 'A value is',
    width: 'minmax(180px, 2fr)',
    render: (type) => <LongText text={rulesInWords(type) ?? 'any text'} />,
  },
  {
    key: 'bearers',
    header: 'On',
    width: 'minmax(150px, 2fr)',
    isSecondary: true,
    render: (type) => <LongText text={bearersInWords(type)} />,
  },
]
