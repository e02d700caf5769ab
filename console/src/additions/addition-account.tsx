import { quoteTql } from '@postern/intel'
import { Link } from '@tanstack/react-router'
import form from '../elements/form.module.css'
import { Section } from '../elements/section.tsx'
import { Count, Counts } from '../elements/count.tsx'
import { Reasons } from './reasons.tsx'
import type { Addition } from './send-indicators.ts'

/** What became of indicators that were sent. */
export function AdditionAccount({ addition: { owner, taken, refused, reasons } }: { addition: Addition }) {
  return (
    <Section title="What became of them">
      <div className={`${form['card']} ${form['fields']}`}>
        <Counts label="What became of the indicators">
          <Count value={taken} label="Taken" tone="good" hint="New, changed, or known in this form already" />
          <Count value={refused} label="Refused" tone="bad" />
        </Counts>
        {taken > 0 && <OwnersIndicators owner={owner} />}
        {reasons.length > 0 && <Reasons label="Refused, or not taken whole" reasons={reasons} />}
      </div>
    </Section>
  )
}

/** The way to what an owner asserts. */
export function OwnersIndicators({ owner }: { owner: string }) {
  return (
    <p>
      <Link to="/indicators" search={{ tql: `ownerName = ${quoteTql(owner)}` }}>
        Show what this owner asserts
      </Link>
    </p>
  )
}
