import { Notice } from '../elements/notice.tsx'

/** Beside the answer to a query that no address carries. */
export function KeptQueryNote() {
  return (
    <Notice role="status">
      This query is too long for an address: a link to this page does not carry it. To share it, save it as a data
      collection.
    </Notice>
  )
}
