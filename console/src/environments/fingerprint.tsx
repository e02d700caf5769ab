import { CopyButton } from '../elements/copy-button.tsx'
import { Timestamp } from '../elements/timestamp.tsx'
import classes from './environments.module.css'

/** Characters of a fingerprint that tell servers apart at a glance; comparing for real is done with all of them. */
const charactersShown = 16

/** The beginning of a key's SHA-256; the title and the copy have all of it. */
export function Fingerprint({ text }: { text: string }) {
  return (
    <span className={classes['fingerprint']} title={`SHA-256 of its key: ${text}`}>
      <code>{text.slice(0, charactersShown)}…</code>
      <CopyButton text={text} label="Copy the fingerprint" />
    </span>
  )
}

/** Says that a person revoked the server as compromised (D40). */
export function DoubtedKey({ since }: { since: string }) {
  return (
    <span className={classes['notice']} title="What it signed since then is doubtful">
      Key in other hands since <Timestamp instant={since} relative={false} />
    </span>
  )
}
