import type { AssertionAttribute } from '@postern/protocol'
import { formatCountOf } from '../format/quantities.ts'
import classes from './attribute-list.module.css'
import { LongText } from './long-text.tsx'
import { PlainText } from './plain-text.tsx'

/** Attributes above this many are folded away until somebody asks for them. */
const openAttributesMax = 6

interface AttributeListProps {
  attributes: readonly AssertionAttribute[]
  /** Stands by itself under a heading of its own, and is never folded. */
  isPlain?: boolean
}

/** What an owner says by name and text, and where it has that from. */
export function AttributeList({ attributes, isPlain = false }: AttributeListProps) {
  const list = (
    <dl>
      {attributes.map((attribute, index) => (
        // Attributes may repeat, and are never reordered.
        // oxlint-disable-next-line react/no-array-index-key
        <div key={index}>
          <dt>
            <PlainText text={attribute.type} />
          </dt>
          <dd>
            <LongText text={attribute.value} copiesAddresses />
            {attribute.source && (
              <span className={classes['soft']}>
                {' '}
                – from <LongText text={attribute.source} copiesAddresses />
              </span>
            )}
          </dd>
        </div>
      ))}
    </dl>
  )
  if (isPlain) return <div className={classes['attributes']}>{list}</div>
  return (
    <details className={classes['attributes']} data-folds open={attributes.length <= openAttributesMax}>
      <summary>{formatCountOf(attributes.length, 'attribute')}</summary>
      {list}
    </details>
  )
}
